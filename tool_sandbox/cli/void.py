"""Why samples are void and what to do about it, one line for each reason."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tool_sandbox.errors import UnrecordedCallError
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.reasons import Reason, VoidGroup, void_groups

_FIRST = {
    "AuthenticationError": "Check the key",
    "QuotaExceededError": "Raise the account's quota or credit",
    "RateLimitError": "Lower -p",
    "ContextWindowError": "Give the server more context",
    "MissingKeyError": "Set the key",
    "UserSimulatorError": "Choose another model for the user (-u) in a new run, or try again",
    "ToolServerError": "Mend the server",
    "RoleError": "Mend it",
    "StalledConversationError": "Mend it",
    "InvalidRequestError": "Change what the server refuses, with --param",
}
"""What comes before playing again, by the class of the error."""


def void_lines(results: Iterable[SampleResult], directory: str) -> list[str]:
    """A line for each reason for which samples are void, but for samples that ``resume`` plays anyway.

    Args:
        results: All samples of a run.
        directory: The run's directory.
    """
    return [_line(group, directory) for group in void_groups(result for result in results if result.finished)]


def in_short(reason: Reason) -> str:
    """What happened: who failed, how, and what was said."""
    said = f'"{reason.words}"' if reason.words else "no details given"
    who = f"{reason.model!r}: " if reason.model else ""
    place = f" at {_short(reason.where)}" if reason.where else ""
    kind = f"HTTP {reason.status}" if reason.status else reason.kind
    return f"{who}{f'{kind} {said}'.strip()}{place}"


def _line(group: VoidGroup, directory: str) -> str:
    reason = group.reason
    example = group.first + (", …" if group.samples > 1 else "")
    again = f"tool_sandbox resume {directory} --retry-void"
    first = _first(reason)
    advice = f"{first}, then: {again}" if first else f"Again: {again}"
    if reason.kind == UnrecordedCallError.__name__:
        advice = "Undo what is different, or record the run anew"
    return f"{group.samples} void, {reason.cause}: {in_short(reason)} ({example}). {advice}"


def _first(reason: Reason) -> str | None:
    if reason.where is not None:
        return "Mend it"
    return reason.advice or _FIRST.get(reason.kind)


def _short(place: str) -> str:
    """A place relative to the working directory, if it is below it."""
    try:
        return str(Path(place).relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere, or the working directory is gone
        return place
