"""The bypass: any OpenAI-compatible endpoint over pooled HTTP, without LiteLLM and at a tenth of its CPU time.

A model is written ``direct:URL/MODEL``; see ``llm.transports.address``.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary, finalize

from attrs import evolve

from tool_sandbox.common.shared_json import compact_json
from tool_sandbox.errors import InvalidRequestError, ProviderError, ProviderTimeoutError, SettingsError
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.config import advised, secrets_in
from tool_sandbox.llm.layer import Layer
from tool_sandbox.llm.providers import direct_name
from tool_sandbox.llm.transports.address import FORMS, Endpoint
from tool_sandbox.llm.transports.completions.answer_body import EventStream, read_body
from tool_sandbox.llm.transports.completions.completion import read_completion
from tool_sandbox.llm.transports.completions.streams import StreamAssembler
from tool_sandbox.llm.transports.completions.whole_text import whole
from tool_sandbox.llm.transports.errors.classification import FailedCall, completed, error_for, request_id_in
from tool_sandbox.llm.transports.errors.foreign import is_foreign_error
from tool_sandbox.llm.transports.errors.unparsed_calls import unparsed_call
from tool_sandbox.llm.transports.negotiation.negotiator import Negotiator
from tool_sandbox.llm.transports.rate_limits import rate_limits_in
from tool_sandbox.redaction import redact_text

if TYPE_CHECKING:
    import aiohttp


class DirectTransport(Layer):
    """An OpenAI-compatible endpoint. One call, no retries, one deadline.

    Args:
        connection: ``api_base``, and ``api_key`` and ``extra_headers`` where the server wants them.
        flexible_tokens: Whether the token limit is a default of ours that may be raised for models that reason.
        limit_is_ours: Whether the token limit may be lowered for servers that have less room.
    """

    def __init__(
        self,
        connection: Mapping[str, Any],
        *,
        flexible_tokens: bool | Callable[[], bool] = True,
        limit_is_ours: bool = True,
    ) -> None:
        base = connection.get("api_base")
        if not base:
            message = f"a direct: model needs its endpoint; pass api_base='http://host:port/v1', or {FORMS}."
            raise SettingsError(message)
        self.endpoint = Endpoint.parse(str(base))
        self.url = self.endpoint.url
        self.negotiator = Negotiator(flexible_tokens=flexible_tokens, limit_is_ours=limit_is_ours)
        self._connection = dict(connection)
        self._headers = headers_for(connection, self.endpoint)
        self._secrets = secrets_in(connection)
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()
        finalize(self, _begin_to_close, self._pools).atexit = False  # also where nobody ever closes this

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop.

        Raises:
            ProviderError: The endpoint failed, in the narrowest class that says how.
        """
        return await self.negotiator.complete(request, self._once)

    async def aclose(self) -> None:
        """Close the connections of this event loop, and have those of others closed there."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        _begin_to_close(self._pools)
        if pool is not None:
            await pool.aclose()

    async def _once(self, request: ChatRequest) -> ChatResponse:
        started = time.monotonic()
        try:
            body = self._body(request)
            async with asyncio.timeout(request.timeout):
                response, headers = await self._ask(request, whole(compact_json(body, ascii_only=False)).encode())
        except Exception as error:  # noqa: BLE001 -- an HTTP client raises anything; it leaves here with one name
            raise self._fault(error, request) from None
        return evolve(
            response,
            latency=time.monotonic() - started,
            sent=body,
            endpoint=self.endpoint.shown,
            request_id=request_id_in(headers),
            rate_limits=rate_limits_in(headers, now=time.time()),
        )

    async def _ask(self, request: ChatRequest, body: bytes) -> tuple[ChatResponse, Mapping[str, str]]:
        """The answer, and the headers that it came with."""
        async with (await self._session()).post(self.url, data=body, allow_redirects=False) as answer:
            if answer.status != 200:  # noqa: PLR2004 -- HTTP
                failure = await answer.read()
                return self._read_failure(answer.status, answer.headers, failure, request), answer.headers
            try:
                data = await (_streamed if request.stream else _at_once)(answer, request.model)
                response = read_completion(data, provider="direct", model=direct_name(request.model), request=request)
            except ProviderError as error:  # it says neither what the headers say nor what our key is
                raise completed(error, self._secrets, answer.headers) from None
            return response, answer.headers

    @staticmethod
    def _body(request: ChatRequest) -> dict[str, Any]:
        params = request.call_params()
        extra = params.pop("extra_body", None) or {}
        return {"model": direct_name(request.model), "messages": list(request.messages), **params, **extra}

    def _read_failure(self, status: int, headers: Mapping[str, str], body: bytes, request: ChatRequest) -> ChatResponse:
        """What the model wrote, where the failure is that its server cannot read it."""
        if 300 <= status < 400:  # noqa: PLR2004 -- HTTP
            raise _moved(request.model, status, headers)
        text = body.decode("utf-8", "replace")
        answer = unparsed_call(text, request, "direct", text)
        if answer is None:
            raise self._error(text, request, status=status, headers=headers)
        return answer

    def _fault(self, error: Exception, request: ChatRequest) -> Exception:
        """The error in our tree; a mistake of ours stays what it is."""
        if isinstance(error, ProviderError) or not is_foreign_error(error):
            return error
        kind = type(error).__name__
        if isinstance(error, TimeoutError) or "Timeout" in kind:
            message = f"{request.model!r} did not answer within {request.timeout:g} s."
            return ProviderTimeoutError(message, provider="direct", model=request.model)
        return self._error(f"{kind}: {error}", request, kind=kind)

    def _error(self, text: str, request: ChatRequest, **facts: Any) -> ProviderError:
        failure = FailedCall(
            text=text, provider="direct", model=request.model, secrets=self._secrets, now=time.time(), **facts
        )
        return advised(error_for(failure), request.model, self._connection)

    async def _session(self) -> aiohttp.ClientSession:
        """The connections of the running event loop; they cannot be shared between loops."""
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            keeper = _kept_open(self._headers, trust_env=_environment_matters(self.url, self._headers))
            pool = self._pools[loop] = _Pool(await anext(keeper), keeper)
        return pool.session


def headers_for(connection: Mapping[str, Any], endpoint: Endpoint) -> dict[str, str]:
    """What is sent with every request to an OpenAI-compatible server: the key, and the headers that were given."""
    headers = {"Content-Type": "application/json", **(connection.get("extra_headers") or {})}
    key = connection.get("api_key")
    credentials = f"Bearer {key}" if key else endpoint.authorization
    if credentials and not any(name.lower() == "authorization" for name in headers):
        headers["Authorization"] = credentials
    return headers


class _Pool(NamedTuple):
    """The connections of one event loop."""

    session: aiohttp.ClientSession
    keeper: AsyncGenerator[aiohttp.ClientSession, None]

    async def aclose(self) -> None:
        """Close them, in their own event loop."""
        await self.keeper.aclose()


def _environment_matters(url: str, headers: Mapping[str, str]) -> bool:
    """Whether a proxy that the environment names, or a ``.netrc``, has a say in calls of this address.

    aiohttp looks for both anew at every call, and hands each look to a thread.
    """
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    if parts.scheme in getproxies() and not proxy_bypass(parts.hostname or ""):
        return True
    has_key = any(name.lower() == "authorization" for name in headers)
    return not has_key and Path(os.environ.get("NETRC", "~/.netrc")).expanduser().exists()


async def _kept_open(headers: Mapping[str, str], *, trust_env: bool) -> AsyncGenerator[aiohttp.ClientSession, None]:
    """Connections that are closed with their event loop at the latest.

    ``asyncio.run`` closes the asynchronous generators that are still open before it closes the loop.
    """
    import aiohttp

    # As many as there are calls in flight: whoever makes them limits those, and the endpoint is asked by its limits.
    connector, unlimited = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(
        headers=headers, connector=connector, timeout=unlimited, trust_env=trust_env
    ) as session:
        yield session


def _begin_to_close(pools: MutableMapping[asyncio.AbstractEventLoop, _Pool]) -> None:
    """Have connections closed by their event loops. Nobody waits: one of them may be waiting for this."""
    for loop in list(pools):
        pool = pools.pop(loop)
        if loop.is_running():
            asyncio.run_coroutine_threadsafe(pool.aclose(), loop)


async def _at_once(answer: aiohttp.ClientResponse, model: str) -> Mapping[str, Any]:
    return read_body((await answer.read()).decode("utf-8", "replace"), provider="direct", model=model)


async def _streamed(answer: aiohttp.ClientResponse, model: str) -> Mapping[str, Any]:
    stream = EventStream(StreamAssembler(model=model, provider="direct"))
    async for data in answer.content.iter_any():
        stream.feed(data)
        if stream.over:
            break
    return stream.completion()


def _moved(model: str, status: int, headers: Mapping[str, str]) -> InvalidRequestError:
    """What a redirect comes to: following it would send the conversation, and the key, to whoever it names."""
    place = redact_text(str(headers.get("Location") or "nowhere"))
    message = f"{model!r} has moved to {place!r} (HTTP {status}); redirects are not followed, so write the new address."
    return InvalidRequestError(message, provider="direct", model=model, status=status)
