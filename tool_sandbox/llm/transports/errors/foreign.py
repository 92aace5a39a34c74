"""Exceptions of LiteLLM, the SDKs and the HTTP clients beneath, turned into our tree."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from tool_sandbox.errors import ProviderError, RoleError, ToolSandboxError
from tool_sandbox.llm.config import secrets_in
from tool_sandbox.llm.providers import provider_name
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.errors.classification import FailedCall, error_for
from tool_sandbox.redaction import redact_text

_STUMBLES = (KeyError, IndexError, AttributeError, TypeError, RecursionError, json.JSONDecodeError)
"""What a library raises over an answer that is not what it expects."""


_NUMBER = re.compile(r"^\[Errno -?\d+\] ")


def provider_error(
    error: BaseException, *, model: str, secrets: tuple[str, ...] = (), timeout: float | None = None
) -> ProviderError:
    """Any exception of LiteLLM or a provider's SDK as a ``ProviderError``.

    Args:
        error: What was raised.
        model: The model that was asked.
        secrets: Credentials that must not show in the message.
        timeout: The call's time-out, for the message when that was the reason.
    """
    error = getattr(error, "original_exception", None) or error
    if isinstance(error, ProviderError):
        return error
    kind, text = type(error).__name__, str(error)
    if isinstance(error, TimeoutError) and not text:
        text = f"timed out after {timeout:g} s" if timeout is not None else "timed out"
    status, headers = _answer_beneath(error)
    headers = {**headers, **(getattr(error, "litellm_response_headers", None) or {})}
    root = _root(error)
    if not headers and str(root) and _NUMBER.sub("", str(root)) not in text:
        text = f"{text} ({root})"
    return error_for(
        FailedCall(
            text=text,
            details=f"{getattr(error, 'code', None) or ''} {getattr(error, 'body', None) or ''} {error_body(error)}",
            status=status,
            kind=kind,
            headers=headers,
            provider=getattr(error, "llm_provider", None) or provider_name(model),
            model=model,
            secrets=secrets,
            now=time.time(),
            transport=not headers,
            unreadable=isinstance(root, _STUMBLES) or type(root).__name__ == "ValidationError",
        )
    )


def error_body(error: BaseException) -> str:
    """The body of the HTTP answer that an exception is about, as far as it was read; empty when there is none."""
    for each in _chain(getattr(error, "original_exception", None) or error):
        try:
            body = getattr(getattr(each, "response", None), "text", None)
        except Exception:  # noqa: BLE001, S112 -- HTTP clients refuse a body that was streamed, each in its own way
            continue
        if isinstance(body, str) and body:
            return body
    return ""


def is_about_absurd_json(error: BaseException) -> bool:
    """Whether a library failed over JSON that is nested too deeply or has a number of thousands of digits.

    What we send is neither, so it came from the model.
    """
    texts = [str(each) for each in _chain(error)]
    return any("Exceeds the limit (" in text or "recursion depth exceeded while decoding" in text for text in texts)


def _answer_beneath(error: BaseException) -> tuple[int | None, Mapping[str, str]]:
    """Status and headers of the HTTP answer itself: LiteLLM changes the one and loses the other for some providers."""
    for each in _chain(error):
        response = getattr(each, "response", None)
        status, headers = getattr(response, "status_code", None), getattr(response, "headers", None)
        if isinstance(status, int) and headers:
            return status, headers
    status = getattr(error, "status_code", None)
    return (status if isinstance(status, int) else None), {}


def _root(error: BaseException) -> BaseException:
    """What went wrong first, at the bottom."""
    return [each for each in _chain(error) if not isinstance(each, (StopIteration, StopAsyncIteration))][-1]


def _chain(error: BaseException) -> Iterator[BaseException]:
    each: BaseException | None = error
    seen: set[int] = set()
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or each.__context__


def is_foreign_error(error: BaseException) -> bool:
    """Whether an exception comes from a provider, its SDK or the network rather than from code of ours."""
    home = type(error).__module__.partition(".")[0]
    return (
        home in {"litellm", "openai", "anthropic", "httpx", "httpcore", "aiohttp", "botocore", "google"}
        or isinstance(error, (OSError, TimeoutError))
        or isinstance(getattr(error, "status_code", None), int)
    )


def standard_error(error: Exception, model: str, settings: ModelSettings, role: str) -> ToolSandboxError:
    """Any exception as one of ours: the provider's, or else a fault in this package or in what is plugged into it.

    Args:
        error: What was raised.
        model: The model that was asked.
        settings: How it was called.
        role: Whose model it is; noted on the error as ``role``.
    """
    secrets = secrets_in(settings.connection())
    if isinstance(error, ToolSandboxError):
        standard = error
    elif is_foreign_error(error):
        standard = provider_error(error, model=model, secrets=secrets, timeout=settings.timeout)
    else:
        standard = RoleError(f"asking {model!r} failed: {type(error).__name__}: {redact_text(str(error), secrets)}")
    standard.role = str(role)  # type: ignore[attr-defined]  # read by whoever reports the outcome
    return standard


@contextmanager
def own_errors(convert: Callable[[Exception], ToolSandboxError]) -> Iterator[None]:
    """Let only errors of ours out of the block.

    Args:
        convert: Makes one of ours from any exception.
    """
    try:
        yield
    except Exception as error:
        standard = convert(error)
        if standard is error:
            raise
        # A provider's exception says nothing more than ours does, except for keys and whole requests in its traceback.
        raise standard from (None if isinstance(standard, ProviderError) else error)
