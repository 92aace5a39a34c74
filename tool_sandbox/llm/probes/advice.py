"""What a person can do about a call that failed."""

from __future__ import annotations

from collections.abc import Callable

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
from tool_sandbox.llm.layers.outages import is_unreachable
from tool_sandbox.llm.probes.servers import Server, how_to_serve_tools, served_name
from tool_sandbox.llm.providers import provider_of
from tool_sandbox.llm.transports.negotiation.refusals import advice_for

_NOT_FOUND = 404


def explained(error: ProviderError, model: str, server: Server | None) -> tuple[str, str | None]:
    """What went wrong, and what to do; ``None`` where the error says it itself, or nobody knows.

    Args:
        error: What went wrong.
        model: The model that was asked.
        server: What its server says of itself.
    """
    text = str(error)
    if (about_tools := advice_for(text)) is not None:
        return text.removesuffix(about_tools).rstrip(), how_to_serve_tools(server, model)
    if error.advice:
        return text, None
    advise = next((advise for kind, advise in _ADVICE if isinstance(error, kind)), None)
    return text, None if advise is None else advise(error, model, server)


def _authentication(_error: ProviderError, model: str, _server: Server | None) -> str:
    provider = provider_of(model)
    what = f"the key in {' or '.join(provider.keys)} is" if provider and provider.keys else "the credentials are"
    return f"look whether {what} whole, still valid and allowed to use this model"


def _rate_limit(error: ProviderError, _model: str, _server: Server | None) -> str:
    wait = "a minute" if error.retry_after is None else f"{error.retry_after:.0f} s"
    return f"try again in {wait}; a run waits and tries again by itself, and asks less at once with a lower -p"


def _quota(_error: ProviderError, _model: str, _server: Server | None) -> str:
    return "add credit to the account, or raise its limit"


def _timeout(_error: ProviderError, _model: str, _server: Server | None) -> str:
    return "give it more time with --timeout; a server of your own may still be loading its model"


def _unavailable(error: ProviderError, model: str, _server: Server | None) -> str:
    if not is_unreachable(error):
        return "try again later; a run waits for a server that is down for as long as --patience says"
    provider = provider_of(model)
    bases = " or ".join(provider.bases) if provider and provider.bases else "api_base"
    return f"start the server, or correct its address ({bases}, or --param api_base=URL)"


def _refused(error: ProviderError, model: str, server: Server | None) -> str:
    if server is not None and not server.serves(served_name(model)):
        return f"ask for a model that the server has: {server.listing}"
    if error.status == _NOT_FOUND:
        return "look whether the model is spelled as its provider spells it, and whether the address is right"
    return "leave out what is refused, with --param NAME=null for a setting of the model"


def _malformed(_error: ProviderError, _model: str, _server: Server | None) -> str:
    return "look whether the address is the one of an API; that of OpenAI-compatible servers mostly ends in /v1"


def _refusal(_error: ProviderError, _model: str, _server: Server | None) -> str:
    return "look at the content filter of the account: it stopped a question about the weather"


def _too_long(_error: ProviderError, _model: str, _server: Server | None) -> str:
    return "serve the model with a longer context: not even a short question fits"


_ADVICE: tuple[tuple[type[ProviderError], Callable[[ProviderError, str, Server | None], str]], ...] = (
    (AuthenticationError, _authentication),
    (RateLimitError, _rate_limit),
    (QuotaExceededError, _quota),
    (ProviderTimeoutError, _timeout),
    (ProviderUnavailableError, _unavailable),
    (ContextWindowError, _too_long),
    (InvalidRequestError, _refused),
    (RefusalError, _refusal),
    (MalformedResponseError, _malformed),
)
"""First that fits, from above."""
