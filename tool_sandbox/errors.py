"""Every error this package raises.

    ToolSandboxError
    ├── UsageError                    bad input: one message, exit code 2
    │   ├── ScenarioError             a scenario that cannot be loaded or evaluated
    │   ├── SettingsError             a setting, flag or configuration key
    │   ├── SessionError              what an agent outside asked of its sample
    │   ├── MissingKeyError           credentials a model needs
    │   └── MissingDependencyError    an optional part that is not installed
    ├── ProviderError                 what a model's provider did wrong
    │   ├── AuthenticationError
    │   │   └── NoCredentialsError    none were found, so a person has to set them
    │   ├── RateLimitError            trying again later can help
    │   ├── QuotaExceededError        trying again cannot help
    │   ├── ProviderTimeoutError
    │   ├── ProviderUnavailableError  5xx, refused and broken connections
    │   ├── InvalidRequestError       4xx: the request itself was refused
    │   ├── ContextWindowError        the conversation no longer fits
    │   ├── RefusalError              a content filter stopped the answer
    │   └── MalformedResponseError    HTML, no choices, a stream cut short
    ├── BudgetExceededError
    ├── TimeLimitError                a tool or a sample took longer than it may
    ├── FallbackAnsweredError         another model answered, which the run does not allow
    ├── ToolServerError               a server of tools died or does not answer
    ├── UserSimulatorError            the simulated user left its part
    ├── CancelledRunError             interrupted from outside
    └── HarnessError                  our own fault
        ├── UnrecordedCallError     a run is played from a journal that lacks this call
        └── RoleError                 a role did not come to an answer, or to one that is no message
            └── StalledConversationError  it was asked and wrote nothing

``cause`` says how a sample that ended in the error is reported when it is void. What an agent or a user raises that
somebody else wrote, and a ``RoleError`` of theirs, is not our fault: it is reported as ``agent`` or ``user_simulator``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tool_sandbox.installation import installed_from


class ToolSandboxError(Exception):
    """Root of every error raised on purpose by this package."""

    cause: ClassVar[str] = "harness"
    """What results give as the cause when a sample ends in the error."""

    def as_record(self) -> dict[str, Any]:
        """The error as JSON-able data, without secrets and without a traceback."""
        return {"type": type(self).__name__, "cause": self.cause, "message": str(self)}


class UsageError(ToolSandboxError):
    """Bad input of a person: the message names the value, what was expected and what to do."""


class ScenarioError(UsageError):
    """A scenario cannot be loaded, compiled or evaluated as written."""


class SettingsError(UsageError):
    """A setting, flag or configuration key has no meaning or a wrong value."""


class SessionError(UsageError):
    """An agent outside asked for a sample that is not there, or took a turn that is not its own.

    Args:
        message: The value, what was expected, and what to do.
        kind: What is wrong, as a word for programs.
    """

    def __init__(self, message: str, *, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class MissingKeyError(UsageError):
    """A model needs credentials that were not found."""


class MissingDependencyError(UsageError):
    """A feature needs a package that is not installed."""


def how_to_install(extra: str) -> str:
    """The command that adds an extra: in a checkout in the words of README.md, else from where the package came."""
    source = installed_from()
    if source:
        return f"pip install 'tool_sandbox[{extra}] @ {source}'"
    return f".venv/bin/uv pip install -e '.[{extra}]'"


class ProviderError(ToolSandboxError):
    """A model's provider failed to answer.

    Args:
        message: What happened, without secrets.
        provider: Name of the provider, such as ``openai``.
        model: The model that was asked.
        status: HTTP status, if there was one.
        request_id: The provider's own id of the request.
        retryable: Whether sending the same request again can help.
        retry_after: Seconds the provider asked to wait.
        attempts: What was tried before giving up (``llm.chat.Attempt``).
        usage: Tokens the provider counted all the same (``llm.chat.Usage``): such a failure is paid for.
        cost: What it billed for them, in US dollars, where that is known.
    """

    cause = "provider"
    retryable_by_default: ClassVar[bool] = False

    def __init__(  # noqa: PLR0913 -- what may be known about a failure, all of it optional
        self,
        message: str,
        *,
        provider: str | None = None,
        model: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
        attempts: tuple[Any, ...] = (),
        usage: Any = None,
        cost: float | None = None,
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.model = model
        self.status = status
        self.request_id = request_id
        self.retryable = self.retryable_by_default if retryable is None else retryable
        self.retry_after = retry_after
        self.attempts = attempts
        self.usage = usage
        self.cost = cost
        self.uncertain_cost: float | None = None
        """US dollars it may have cost at most, where that is known (``llm.layers.budget.layer``)."""
        self.deferred = False
        """Whether whoever makes the next try waits as long as was asked: such a failure uses up no tries."""
        self.waits: Mapping[str, float] = {}
        """Seconds that the call waited before it was made, by cause (``llm.layers.limits``)."""
        self.advice: str | None = None
        """What to do about it, where this package knows better than the provider."""

    def as_record(self) -> dict[str, Any]:
        """The error as JSON-able data, with provider, model, status and attempts."""
        return super().as_record() | {
            "provider": self.provider,
            "model": self.model,
            "status": self.status,
            "request_id": self.request_id,
            "retryable": self.retryable,
            "attempts": [attempt.to_dict() for attempt in self.attempts],
            **({"advice": self.advice} if self.advice else {}),
        }

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with every field: errors cross process boundaries."""
        return _rebuild_provider_error, (type(self), str(self), dict(self.__dict__))


def _rebuild_provider_error(kind: type[ProviderError], message: str, fields: dict[str, Any]) -> ProviderError:
    error = kind(message)
    error.__dict__.update(fields)
    return error


class AuthenticationError(ProviderError):
    """The credentials were refused, or do not allow this model."""


class NoCredentialsError(AuthenticationError):
    """There were no credentials to call with, which only a call could show."""


class RateLimitError(ProviderError):
    """Too many requests for now."""

    retryable_by_default = True


class QuotaExceededError(ProviderError):
    """The account's quota or credit is used up."""


class ProviderTimeoutError(ProviderError):
    """No complete answer within the time allowed."""

    cause = "timeout"
    retryable_by_default = True


class ProviderUnavailableError(ProviderError):
    """The provider is overloaded, down or cannot be reached."""

    retryable_by_default = True


class InvalidRequestError(ProviderError):
    """The provider refused the request itself."""


class ContextWindowError(InvalidRequestError):
    """The conversation is longer than the model can read."""

    cause = "context_window"


class RefusalError(ProviderError):
    """A content filter, not the model, stopped the answer."""

    cause = "refusal"


class MalformedResponseError(ProviderError):
    """The provider answered with something that is not a completion."""

    retryable_by_default = True


class BudgetExceededError(ToolSandboxError):
    """A call would pass a cap on money."""

    cause = "budget"


class TimeLimitError(ToolSandboxError):
    """A tool did not return in time, or a sample was not over in time."""

    cause = "timeout"


class FallbackAnsweredError(ToolSandboxError):
    """Another model answered in place of the one under test, and such samples are void."""

    cause = "fallback"


class ToolServerError(ToolSandboxError):
    """A server of tools died or does not answer; no call of a tool swallows it."""

    cause = "tool"


class UserSimulatorError(ToolSandboxError):
    """The simulated user did something a user cannot do."""

    cause = "user_simulator"


class CancelledRunError(ToolSandboxError):
    """The run was interrupted before the sample was finished."""

    cause = "cancelled"


class HarnessError(ToolSandboxError):
    """Something in this package, or in what is plugged into it, is broken."""


class UnrecordedCallError(HarnessError):
    """A run is played from a journal that does not hold this call."""


class RoleError(HarnessError):
    """A role did not come to an answer, or to one that is no message."""


class StalledConversationError(RoleError):
    """A role was asked to respond and wrote no message, so the conversation cannot go on."""
