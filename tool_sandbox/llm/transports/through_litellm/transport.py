"""The seam to LiteLLM: the only module that imports it, and only when a call is made."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import os
import sys
import threading
import time
import warnings
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from attrs import evolve

from tool_sandbox.errors import MissingDependencyError, ProviderError, SettingsError, ToolSandboxError
from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.config import advised, secrets_in
from tool_sandbox.llm.layer import Layer
from tool_sandbox.llm.layers.budget.pricing import OWN_SERVERS, calculated_price
from tool_sandbox.llm.layers.tracing import OLDER_CALLBACKS, callback_params
from tool_sandbox.llm.providers import provider_name, qualified
from tool_sandbox.llm.transports.address import is_direct
from tool_sandbox.llm.transports.completions.completion import read_completion
from tool_sandbox.llm.transports.completions.streams import StreamAssembler
from tool_sandbox.llm.transports.completions.whole_text import whole_data
from tool_sandbox.llm.transports.errors.classification import completed, request_id_in
from tool_sandbox.llm.transports.errors.foreign import error_body, is_about_absurd_json, provider_error
from tool_sandbox.llm.transports.errors.unparsed_calls import unparsed_call
from tool_sandbox.llm.transports.negotiation.negotiator import Negotiator
from tool_sandbox.llm.transports.rate_limits import rate_limits_in
from tool_sandbox.llm.transports.through_litellm.keys import own_key
from tool_sandbox.llm.transports.through_litellm.loading import LOADING
from tool_sandbox.llm.transports.through_litellm.raw_answer import RawAnswer, absurd_call
from tool_sandbox.llm.transports.through_litellm.releases import check_release, installed_release
from tool_sandbox.llm.transports.through_litellm.retirement import warn_if_retired
from tool_sandbox.llm.transports.through_litellm.shapes import aclose, plain, usage_cost, without_query
from tool_sandbox.nearest import hint

_ENVIRONMENT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # no price map over the network, in every release
    "LITELLM_OFFLINE_MODE": "true",  # no tokenizers over the network, in newer releases
    "LITELLM_MODE": "PRODUCTION",  # no .env file read behind our back
    "LITELLM_LOG": "ERROR",
}
_GRACE = 0.5
"""Seconds beyond the time-out before a call is given up, so that LiteLLM's own time-out is heard first."""
_names_priced: WeakKeyDictionary[Any, frozenset[str]] = WeakKeyDictionary()
"""What routers added to the price map."""


def load_litellm() -> Any:
    """The LiteLLM module, imported on first use without network, noise or a ``.env`` file.

    When somebody else imported it before, none of its settings is touched.

    Raises:
        MissingDependencyError: It is not installed, or a release that cannot be used.
    """
    if (loaded := _loaded()) is not None:
        return loaded
    check_release(installed_release())
    with LOADING:
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        ours = "litellm" not in sys.modules
        collecting = gc.isenabled()
        gc.disable()  # a quarter of the import's CPU time
        try:
            import litellm
        finally:
            if collecting:
                gc.enable()
        if ours:
            litellm.suppress_debug_info = True
            litellm.disable_hf_tokenizer_download = True
            # Its types declare read-only items; pydantic warns at every late import that it cannot enforce them.
            warnings.filterwarnings("ignore", message=r"Items? .* us\w+ the `ReadOnly` qualifier", category=UserWarning)
    return litellm


async def aload_litellm() -> Any:
    """As ``load_litellm``, without blocking the event loop."""
    return _loaded() or await asyncio.to_thread(load_litellm)


def _loaded() -> Any:
    """LiteLLM if it is imported to the end: another thread may be in the middle of it."""
    module = sys.modules.get("litellm")
    return None if getattr(getattr(module, "__spec__", None), "_initializing", False) else module


def preload() -> None:
    """Start importing LiteLLM in the background, so that the first call need not wait for it."""
    threading.Thread(target=load_litellm, name="tool_sandbox-litellm", daemon=True).start()


def listed_price(model: str) -> Mapping[str, Any] | None:
    """A model's entry in the price map that comes with the installed LiteLLM, or what it would charge, or ``None``."""
    if is_direct(model):
        return None
    litellm = load_litellm()
    listing = litellm.model_cost
    bare = "" if provider_name(model) in OWN_SERVERS else model.partition("/")[2]
    entry = listing.get(model) or listing.get(qualified(model)) or (listing.get(bare) if bare else None)
    return entry if isinstance(entry, Mapping) else calculated_price(litellm, model)


def supports_tools(model: str) -> bool | None:
    """Whether LiteLLM lists a model as able to call tools; ``None`` when it does not say."""
    entry = listed_price(model)
    able = None if entry is None else entry.get("supports_function_calling")
    return None if able is None else bool(able)


def router_options() -> tuple[str, ...]:
    """The options that the router of the installed LiteLLM has."""
    return tuple(inspect.signature(load_litellm().Router.__init__).parameters)[1:]


def make_router(**options: Any) -> Any:
    """A ``litellm.Router`` that leaves LiteLLM's settings and prices as they were.

    Its handlers, and the prices of its deployments by their ids, stay until ``retire_router``.

    Raises:
        SettingsError: LiteLLM refuses an option.
        MissingDependencyError: The installed release has a router that cannot be asked for a choice alone.
    """
    litellm = load_litellm()
    if not hasattr(litellm.Router, "select"):
        message = "balancing load over deployments needs LiteLLM 1.110 or newer: pip install -U 'litellm>=1.110,<2'"
        raise MissingDependencyError(message)
    quiet, prices = litellm.suppress_debug_info, {name: dict(entry) for name, entry in litellm.model_cost.items()}
    try:
        router = litellm.Router(**options)
    except (TypeError, ValueError) as error:
        message = f"LiteLLM's router refuses its options: {error}"
        raise SettingsError(message) from error
    finally:
        litellm.suppress_debug_info = quiet
        litellm.model_cost.update(prices)
    _names_priced[router] = frozenset(litellm.model_cost) - frozenset(prices)
    return router


def retire_router(router: Any) -> None:
    """Take what a router of ours left in LiteLLM's lists and prices out of them."""
    (getattr(router, "retire", None) or router.discard)()  # before 1.110
    for name in _names_priced.pop(router, ()):
        load_litellm().model_cost.pop(name, None)


def check_callbacks(names: Iterable[str]) -> None:
    """Make sure that LiteLLM knows these callbacks; it says nothing of one that it does not.

    Raises:
        SettingsError: It does not know one.
    """
    if not (names := tuple(names)):
        return
    listed = getattr(load_litellm(), "_known_custom_logger_compatible_callbacks", ())
    known = sorted({*map(str, listed), *OLDER_CALLBACKS})
    for name in names:
        if listed and name not in known:
            message = f"LiteLLM has no callback {name!r}; {hint(name, known)}"
            raise SettingsError(message)


Send = Callable[[Any, Mapping[str, Any], Mapping[str, Any]], Awaitable[Any]]
"""Makes one call: takes the LiteLLM module, keywords that say where the model is, and all others; gives its answer."""


async def _send(litellm: Any, connection: Mapping[str, Any], call: Mapping[str, Any]) -> Any:
    return await litellm.acompletion(**connection, **call)


class LiteLLMTransport(Layer):
    """A model behind LiteLLM. One call, no retries, one deadline.

    Args:
        connection: LiteLLM's own keywords that say where the model is and with which credentials.
        flexible_tokens: Whether the token limit is a default of ours that may be raised for models that reason.
        limit_is_ours: Whether the token limit may be lowered for servers that have less room.
        callbacks: LiteLLM's callbacks by name, told of these calls and no others.
        send: What makes a call; LiteLLM itself when not given.
    """

    def __init__(
        self,
        connection: Mapping[str, Any] | None = None,
        *,
        flexible_tokens: bool | Callable[[], bool] = True,
        limit_is_ours: bool = True,
        callbacks: tuple[str, ...] = (),
        send: Send | None = None,
    ) -> None:
        self.connection = dict(connection or {})
        self.negotiator = Negotiator(flexible_tokens=flexible_tokens, limit_is_ours=limit_is_ours)
        self.callbacks = callbacks
        self._send = send or _send
        self._secrets = secrets_in(self.connection)
        self._own_key: dict[str, str] | None = None

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop.

        Raises:
            ProviderError: The provider failed, in the narrowest class that says how.
        """
        litellm = await aload_litellm()
        warn_if_retired(request.model, listed_price(request.model))
        return await self.negotiator.complete(request, lambda form: self._once(litellm, form))

    async def _once(self, litellm: Any, request: ChatRequest) -> ChatResponse:
        started = time.monotonic()
        heard = RawAnswer()
        try:
            response = await asyncio.wait_for(self._ask(litellm, request, heard), request.timeout + _GRACE)
        except Exception as error:  # noqa: BLE001 -- LiteLLM raises anything; it leaves here with one name
            raise self._fault(error, request) from None
        return evolve(response, latency=time.monotonic() - started, sent=heard.sent)

    async def _ask(self, litellm: Any, request: ChatRequest, heard: RawAnswer) -> ChatResponse:
        try:
            call = {**self._arguments(request), "logger_fn": heard.hear}
            answer = await self._send(litellm, self._connected(litellm, request.model), call)
            if not request.stream:
                return self._with_origin(answer, self._response(heard.amended_whole(plain(answer)), request))
            heard.listen(answer)
            assembler = StreamAssembler(model=request.model, provider=provider_name(request.model))
            try:
                async for chunk in answer:
                    assembler.add(plain(chunk))
            finally:
                await aclose(answer)
            response = self._response(heard.whole or heard.amended(assembler.completion()), request)
            return evolve(self._with_origin(answer, response), cost=usage_cost(litellm, response.usage, request))
        except Exception as error:  # noqa: BLE001 -- whatever LiteLLM raises over an answer
            return self._read_after(litellm, error, heard, request)

    def _arguments(self, request: ChatRequest) -> dict[str, Any]:
        """LiteLLM's keywords for one call."""
        return {
            "model": qualified(request.model),
            "messages": whole_data(request.messages),
            "timeout": request.timeout,
            "num_retries": 0,
            "max_retries": 0,
            **({"stream_timeout": request.timeout} if request.stream else {}),
            **callback_params(self.callbacks, request.tag),
            **request.call_params(),
            **({"tools": [dict(tool) for tool in request.tools]} if request.tools else {}),  # it may change them
        }

    def _connected(self, litellm: Any, model: str) -> dict[str, Any]:
        """LiteLLM's keywords that say where the model is, with a key that is nobody else's."""
        if self._own_key is None:
            self._own_key = own_key(litellm, model, self.connection)
        return {**self.connection, **self._own_key}

    def _read_after(self, litellm: Any, error: Exception, heard: RawAnswer, request: ChatRequest) -> ChatResponse:
        """The answer behind a failure: one that LiteLLM cannot read, or a call that the model's server cannot.

        Raises:
            Exception: There is none; what went wrong, in our tree where the answer itself says it.
        """
        provider = provider_name(request.model)
        try:
            if isinstance(error, ToolSandboxError):
                raise error
            answer = unparsed_call(str(error), request, provider, error_body(error))
            if answer is not None:
                return answer
            completion = heard.completion(provider=provider, model=request.model)
            if completion is None and not is_about_absurd_json(error):
                raise error
            completion = completion or absurd_call()
            response = self._response(completion, request)
        except ProviderError as fault:
            fault.cost = usage_cost(litellm, fault.usage, request)
            raise
        endpoint = without_query(self.connection.get("api_base"))
        return evolve(response, cost=usage_cost(litellm, response.usage, request), endpoint=endpoint)

    def _response(self, completion: Mapping[str, Any], request: ChatRequest) -> ChatResponse:
        return read_completion(completion, provider=provider_name(request.model), model=request.model, request=request)

    def _with_origin(self, answer: Any, response: ChatResponse) -> ChatResponse:
        """The response with what LiteLLM noted beside the answer; gone when it is turned into JSON, so taken now."""
        hidden = getattr(answer, "_hidden_params", None) or {}
        headers = hidden.get("additional_headers") or getattr(answer, "_response_headers", None) or {}
        cost = hidden.get("response_cost") if response.usage is not None else None
        return evolve(
            response,
            cost=None if cost is None else float(cost),
            provider=response.provider or hidden.get("custom_llm_provider"),
            endpoint=without_query(hidden.get("api_base") or self.connection.get("api_base")),
            request_id=request_id_in(headers),
            rate_limits=rate_limits_in(headers, now=time.time()),
            deployment=hidden.get("model_id"),
        )

    def _fault(self, error: Exception, request: ChatRequest) -> Exception:
        """The error in our tree; our own errors pass, anything else is the provider's or LiteLLM's."""
        if isinstance(error, ProviderError):
            return completed(error, self._secrets)
        if isinstance(error, ToolSandboxError):
            return error
        fault = provider_error(error, model=request.model, secrets=self._secrets, timeout=request.timeout)
        return advised(fault, request.model, {**self.connection, **(self._own_key or {})})


async def close_litellm() -> None:
    """Deliver LiteLLM's late callbacks and close its connections of this event loop; for the end of a run."""
    if _loaded() is None:  # or still being imported: then there was no call
        return
    await asyncio.sleep(0)
    with contextlib.suppress(ImportError, AttributeError):  # private places that move between releases
        from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

        await GLOBAL_LOGGING_WORKER.flush()
    with contextlib.suppress(ImportError, AttributeError):
        from litellm.llms.custom_httpx.async_client_cleanup import close_litellm_async_clients

        await close_litellm_async_clients()  # type: ignore[no-untyped-call]
