"""From whatever went wrong beneath to one tree of errors: by status first, text second, class third.

LiteLLM's classes differ between providers and releases for the same fault, so the status and the words decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import frozen

from tool_sandbox.errors import (
    AuthenticationError,
    ContextWindowError,
    InvalidRequestError,
    MalformedResponseError,
    ProviderError,
    ProviderTimeoutError,
    ProviderUnavailableError,
    QuotaExceededError,
    RateLimitError,
    RefusalError,
)
from tool_sandbox.llm.redaction import redact_text
from tool_sandbox.llm.retry_after import seconds_to_wait

_LONGEST_MESSAGE = 600

_CONTEXT = (
    "context length", "context window", "context_length_exceeded", "context_window", "maximum context",
    "prompt is too long", "too many tokens", "input token count", "exceeds the maximum number of tokens",
    "input is too long", "exceed context limit", "reduce the length of the messages",
    "exceeds the available context size", "too large for model with", "prompt contains",
)  # fmt: skip
_QUOTA = (
    "insufficient_quota", "exceeded your current quota", "credit balance", "insufficient balance",
    "insufficient credits", "billing hard limit", "payment required", "out of credits", "requires more credits",
    "billing_not_active",
)  # fmt: skip
_REFUSAL = (
    "content_policy", "content policy", "content management policy", "content_filter", "content filter",
    "responsibleaipolicy", "safety system", "blocked by safety", "output blocked", "prohibited_content",
)  # fmt: skip
_CREDENTIALS = (
    "invalid api key", "incorrect api key", "api key not valid", "api_key_invalid", "invalid x-api-key",
    "missing credentials", "no api key", "api key must be set", "api_key client option must be set",
    "invalid_api_key", "unable to locate credentials", "security token included in the request is invalid",
    "missing api key", "missing anthropic api key", "default credentials were not found",
)  # fmt: skip
_LOCAL = (
    "no module named", "unable to convert openai tool calls", "missing corresponding tool call",
    "llm provider not provided", "unsupportedparamserror", "unmapped llm provider", "invalid message",
)  # fmt: skip
_TRUNCATED = (
    "incomplete chunked read", "peer closed connection", "payload is not completed", "incompleteread",
    "unterminated string", "stream ended", "content-length", "not enough data to satisfy",
)  # fmt: skip
_NOT_A_COMPLETION = (
    "<html", "<!doctype", "unable to get json response", "expecting value", "invalid response object",
    "empty response", "object has no attribute", "validation error", "jsondecode", "error parsing",
    "is not valid json", "choices", "openai_response_object", "unexpected mimetype",
)  # fmt: skip
_TIMED_OUT = ("timed out", "timeout", "deadline exceeded", "did not finish within")
_RETRYABLE = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
_HEADER_IDS = (
    "x-request-id", "request-id", "apim-request-id", "x-ms-request-id", "x-amzn-requestid", "x-goog-request-id",
)  # fmt: skip


@frozen(kw_only=True)
class Failure:
    """What is known about a failed call before it has a name."""

    text: str
    details: str = ""
    """More words that tell faults apart but are not for the message: error codes, the raw body."""
    status: int | None = None
    kind: str = ""
    """Class name of the exception beneath."""
    headers: Mapping[str, str] = {}
    provider: str | None = None
    model: str | None = None
    secrets: Iterable[str] = ()
    now: float = 0.0
    """POSIX seconds, to read waits given as dates."""
    transport: bool = False
    """The status was made up by a library: no HTTP answer arrived, or it could not be read."""
    unreadable: bool = False
    """A library stumbled over the answer: something was missing or of another type."""


def error_for(failure: Failure) -> ProviderError:
    """The failure as the narrowest error of our tree."""
    error_class, retryable = _classify(failure)
    return error_class(
        _message(failure),
        provider=failure.provider,
        model=failure.model,
        status=None if _made_up(failure) else failure.status,
        request_id=request_id_in(failure.headers),
        retryable=retryable,
        retry_after=seconds_to_wait(failure.headers, now=failure.now, text=failure.text) if retryable else None,
    )


def request_id_in(headers: Mapping[str, str]) -> str | None:
    """The provider's id of a request, from its response headers."""
    named = {str(name).lower().removeprefix("llm_provider-"): value for name, value in headers.items()}
    return next((str(named[name]) for name in _HEADER_IDS if named.get(name)), None)


def _made_up(failure: Failure) -> bool:
    """Whether the status is a library's word for "no answer" rather than something a server said."""
    unanswered = failure.kind in {"APIConnectionError", "Timeout"} or "connection error" in failure.text.lower()
    return failure.transport and unanswered


def _classify(failure: Failure) -> tuple[type[ProviderError], bool]:
    text = f"{failure.text} {failure.details}".lower()
    status = failure.status
    if status is None or status < 400 or (failure.transport and status >= 500):  # noqa: PLR2004 -- HTTP
        return _without_answer(failure, text)
    if status == 402 or _any(text, _QUOTA):  # noqa: PLR2004
        return QuotaExceededError, False
    if status < 500 and status not in {408, 429}:  # noqa: PLR2004
        return _refused(failure, status, text)
    if status == 429:  # noqa: PLR2004
        return RateLimitError, True
    if status == 408 or (failure.kind == "Timeout" and status != 504):  # noqa: PLR2004
        return ProviderTimeoutError, True
    return _broken(failure, status, text)


def _refused(failure: Failure, status: int, text: str) -> tuple[type[ProviderError], bool]:
    """A 4xx: the words say which of the many meanings it has."""
    if _any(text, _CONTEXT) or failure.kind == "ContextWindowExceededError":
        return ContextWindowError, False
    if _any(text, _CREDENTIALS) or status in {401, 403}:
        return AuthenticationError, False
    if _any(text, _REFUSAL) or failure.kind == "ContentPolicyViolationError":
        return RefusalError, False
    if status in {409, 425}:
        return ProviderUnavailableError, True
    if status == 422 and _any(text, _NOT_A_COMPLETION[:4]):  # noqa: PLR2004 -- LiteLLM's status for a body it cannot read
        return MalformedResponseError, True
    return InvalidRequestError, False


def _broken(failure: Failure, status: int, text: str) -> tuple[type[ProviderError], bool]:
    """A 5xx: usually the provider's, sometimes a fault on our side that LiteLLM reports as one."""
    if _any(text, _CREDENTIALS):
        return AuthenticationError, False
    if _any(text, _LOCAL):
        return InvalidRequestError, False
    if _any(text, _CONTEXT):
        return ContextWindowError, False
    if status == 500 and failure.kind != "InternalServerError" and _any(text, _NOT_A_COMPLETION):  # noqa: PLR2004
        return MalformedResponseError, True
    return ProviderUnavailableError, status in _RETRYABLE or status >= 500  # noqa: PLR2004


def _without_answer(failure: Failure, text: str) -> tuple[type[ProviderError], bool]:
    """No HTTP status to go by: connections, time-outs and bodies that are no completion."""
    if _any(text, _CREDENTIALS):
        return AuthenticationError, False
    if _any(text, _LOCAL):
        return InvalidRequestError, False
    if failure.kind in {"Timeout", "TimeoutError", "APITimeoutError"} or _any(text, _TIMED_OUT):
        return ProviderTimeoutError, True
    if failure.unreadable or _any(text, _TRUNCATED) or _any(text, _NOT_A_COMPLETION):
        return MalformedResponseError, True
    return ProviderUnavailableError, True


def _message(failure: Failure) -> str:
    text = re.split(r"\n?\s*Traceback \(most recent call last\)", failure.text, maxsplit=1)[0]
    text = re.sub(r"litellm\.(?:exceptions\.)?(\w+: )", r"\1", text)
    text = re.sub(r"\b(\w+(?:Error|Exception|Timeout): )(?:\1)+", r"\1", text)
    text = redact_text(re.sub(r"\s+", " ", text).strip(), failure.secrets)
    if len(text) > _LONGEST_MESSAGE:
        text = text[: _LONGEST_MESSAGE - 1] + "…"
    who = failure.model or failure.provider or "the provider"
    status = f" (HTTP {failure.status})" if failure.status and not failure.transport else ""
    return f"{who!r} failed{status}: {text or failure.kind or 'no details given'}"


def _any(text: str, signs: Iterable[str]) -> bool:
    return any(sign in text for sign in signs)
