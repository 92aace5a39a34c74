"""From whatever went wrong beneath to one tree of errors: by status first, text second, class third.

LiteLLM's classes differ between providers and releases for the same fault, so the status and the words decide.
"""

from __future__ import annotations

import re
import time
from collections.abc import Container, Iterable, Mapping
from types import MappingProxyType

from attrs import frozen

from tool_sandbox.errors import (
    AuthenticationError,
    ContextWindowError,
    InvalidRequestError,
    MalformedResponseError,
    NoCredentialsError,
    ProviderError,
    ProviderTimeoutError,
    ProviderUnavailableError,
    QuotaExceededError,
    RateLimitError,
    RefusalError,
)
from tool_sandbox.llm.transports.completions.whole_text import whole
from tool_sandbox.llm.transports.errors import signs
from tool_sandbox.llm.transports.errors.retry_after import by_name, seconds_to_wait
from tool_sandbox.redaction import redact_text

_LONGEST_MESSAGE = 600
_NOT_CONNECTED = ("connection error", "cannot connect to host")
_AIOHTTP = re.compile(r"(cannot connect to host \S+) ssl:(?:<[^>]*>|\w+)", re.IGNORECASE)
"""It tells which settings of encryption it would have used, at which place in memory."""
_HEADER_IDS = (
    "x-request-id", "request-id", "apim-request-id", "x-ms-request-id", "x-amzn-requestid", "x-goog-request-id",
)  # fmt: skip


@frozen(kw_only=True)
class FailedCall:
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


def error_for(failure: FailedCall) -> ProviderError:
    """The failure as the narrowest error of our tree."""
    error_class, retryable = _classify(failure)
    return error_class(
        _message(failure, error_class),
        provider=failure.provider,
        model=failure.model,
        status=_status(failure, error_class),
        request_id=request_id_in(failure.headers),
        retryable=retryable,
        retry_after=seconds_to_wait(failure.headers, now=failure.now, text=failure.text) if retryable else None,
    )


def completed(
    fault: ProviderError, secrets: Iterable[str], headers: Mapping[str, str] = MappingProxyType({})
) -> ProviderError:
    """An error that was read from an answer's body, with what only its caller knows: its headers, and our secrets."""
    fault.args = (redact_text(str(fault), secrets),)
    fault.request_id = fault.request_id or request_id_in(headers)
    if fault.retryable and fault.retry_after is None:
        fault.retry_after = seconds_to_wait(headers, now=time.time())
    return fault


def request_id_in(headers: Mapping[str, str]) -> str | None:
    """The provider's id of a request, from its response headers."""
    named = by_name(headers)
    return next((named[name] for name in _HEADER_IDS if named.get(name)), None)


def _status(failure: FailedCall, kind: type[ProviderError]) -> int | None:
    """The HTTP status that the server gave, rather than a library's word for "no answer"."""
    if kind is MalformedResponseError and (failure.transport or failure.status == 422):  # noqa: PLR2004 -- LiteLLM's
        return 200  # an answer came, and it is not one that can be read
    said = failure.text.lower()
    unanswered = failure.kind in {"APIConnectionError", "Timeout"} or any(each in said for each in _NOT_CONNECTED)
    return None if failure.transport and unanswered else failure.status


@frozen
class _Rule:
    """One line of the table: a failure of this status, with these words, is of this kind."""

    kind: type[ProviderError]
    statuses: Container[int]
    words: re.Pattern[str] | None = None
    kinds: tuple[str, ...] = ()
    """LiteLLM's class names that stand for the words."""
    retryable: bool = False

    def fits(self, status: int, text: str, kind: str) -> bool:
        """Whether a failure is of this kind."""
        said = self.words is None or self.words.search(text) is not None
        return status in self.statuses and (said or kind in self.kinds)


_NO_ANSWER = 0
_UNANSWERED = (_NO_ANSWER,)
_4XX, _5XX, _ANY = range(400, 500), range(500, 600), (_NO_ANSWER, *range(400, 600))
_SERVERS_FAULT = (_NO_ANSWER, *_5XX)
_CLIENT_TIMEOUTS = ("Timeout", "TimeoutError", "APITimeoutError")

_RULES = (
    # What the words say, whatever the status: gateways pass errors of others on under statuses of their own.
    _Rule(QuotaExceededError, (402,)),
    _Rule(QuotaExceededError, _ANY, signs.QUOTA),
    _Rule(RateLimitError, (429,), retryable=True),
    _Rule(ProviderTimeoutError, (408,), retryable=True),
    _Rule(RefusalError, _ANY, signs.REFUSAL, ("ContentPolicyViolationError",)),
    _Rule(ContextWindowError, _ANY, signs.CONTEXT, ("ContextWindowExceededError",)),
    _Rule(NoCredentialsError, _ANY, signs.NO_CREDENTIALS),
    _Rule(AuthenticationError, (401,)),
    _Rule(AuthenticationError, _ANY, signs.CREDENTIALS),
    _Rule(AuthenticationError, (403,), signs.PERMISSION),
    _Rule(InvalidRequestError, _SERVERS_FAULT, signs.LOCAL),
    # What the status says.
    _Rule(ProviderUnavailableError, (409, 425), retryable=True),
    _Rule(MalformedResponseError, (422,), signs.LITELLM_UNREADABLE, retryable=True),
    _Rule(InvalidRequestError, _4XX),
    _Rule(ProviderUnavailableError, _5XX, retryable=True),
    # No status: connections, time-outs, and bodies that are not completions.
    _Rule(ProviderTimeoutError, _UNANSWERED, signs.TIMED_OUT, _CLIENT_TIMEOUTS, retryable=True),
    _Rule(MalformedResponseError, _UNANSWERED, signs.TRUNCATED, retryable=True),
    _Rule(MalformedResponseError, _UNANSWERED, signs.NOT_A_COMPLETION, retryable=True),
)
"""First that fits, from above."""


def _classify(failure: FailedCall) -> tuple[type[ProviderError], bool]:
    text = f"{failure.text} {failure.details}".lower()
    status = failure.status or _NO_ANSWER
    if status < 400 or (failure.transport and (status >= 500 or failure.unreadable)):  # noqa: PLR2004 -- HTTP
        status = _NO_ANSWER
    rule = next((rule for rule in _RULES if rule.fits(status, text, failure.kind)), None)
    if rule is not None:
        return rule.kind, rule.retryable
    return (MalformedResponseError if failure.unreadable else ProviderUnavailableError), True


def _message(failure: FailedCall, kind: type[ProviderError]) -> str:
    text = re.split(r"\n?\s*Traceback \(most recent call last\)", failure.text, maxsplit=1)[0]
    text = re.sub(r"litellm\.(?:exceptions\.)?(\w+: )", r"\1", text)
    text = re.sub(r"\b(\w+(?:Error|Exception|Timeout): )(?:\1)+", r"\1", text)
    text = signs.ADVICE.sub("", text)
    text = _AIOHTTP.sub(r"\1", text)
    text = redact_text(re.sub(r"\s+", " ", whole(text)).strip(), failure.secrets)
    if len(text) > _LONGEST_MESSAGE:
        text = text[: _LONGEST_MESSAGE - 1] + "…"
    who = failure.model or failure.provider or "the provider"
    shown = _status(failure, kind)
    status = f" (HTTP {shown})" if shown and not failure.transport else ""
    return f"{who!r} failed{status}: {text or failure.kind or 'no details given'}"
