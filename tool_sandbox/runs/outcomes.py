"""How one sample ended: scored, or void with a cause. A void sample has no score, least of all zero."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

from attrs import NOTHING, Factory, evolve, field, fields, frozen

from tool_sandbox.blame import place_in_own_code
from tool_sandbox.common.checks import declarations, fits
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import HarnessError, RoleError, ToolSandboxError
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.redaction import redact, redact_text

if TYPE_CHECKING:
    from tool_sandbox.evaluation.explanation.explanation import Explanation


def as_tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    """``values`` as a tuple; a converter whose input may be any iterable."""
    return tuple(values)


Status = Literal["scored", "void"]

UNFINISHED_CAUSES = frozenset({"budget", "cancelled"})
"""Causes that say the sample was stopped rather than played: ``resume`` plays it again."""


ROUNDING = 1e-6
"""A perfect likeness is 1 only up to rounding."""


def is_success(score: float | None, pass_at: float) -> bool:
    """Whether a score is enough; a void sample has none."""
    return score is not None and score >= pass_at - ROUNDING


@frozen(kw_only=True)
class SampleResult:
    """What is known about one finished sample: one line of ``results.jsonl``. The original's keys come first."""

    name: str
    """The scenario."""
    categories: tuple[str, ...] = field(default=(), converter=as_tuple)
    """The categories that the sample counts for."""
    tags: tuple[str, ...] = field(default=(), converter=as_tuple)
    """The tags of its scenario."""
    traceback: str | None = None
    """The traceback of the exception that made the sample void, without secrets."""
    exception_type: str | None = None
    """The name of that exception."""
    milestone_similarity: float | None = None
    """Mean similarity of all milestones, in [0, 1]."""
    minefield_similarity: float | None = None
    """Mean similarity of all minefields, in [0, 1]; anything but 0 makes the score 0."""
    similarity: float | None = None
    """The score, in [0, 1]; ``None`` when the sample is void."""
    outcome: float | None = None
    """How well the end is the wanted one, in [0, 1], whatever led there; ``None`` where nobody said which it is."""
    turn_count: int | None = None
    """How many messages the conversation took."""
    milestone_mapping: Mapping[int, tuple[int, float]] = Factory(dict)
    """Milestone index → message index and similarity."""
    minefield_mapping: Mapping[int, tuple[int, float]] = Factory(dict)
    """The same for minefields."""
    milestone_credit: Mapping[int, float] = Factory(dict)
    """Milestone index → what it counts for: its similarity, or less where words report more than was done."""
    explanation: tuple[Mapping[str, Any], ...] = field(default=(), converter=as_tuple)
    """What became of each milestone, then of each minefield that was hit: id, similarity, credit, message, reason."""
    broken_rules: tuple[Mapping[str, Any], ...] = field(default=(), converter=as_tuple)
    """Where a simulated user left its part: rule, message and value of each place, as ``BrokenRule`` writes them."""
    ending: str = ""
    """How the conversation ended, in words."""
    tools_called: tuple[str, ...] = field(default=(), converter=as_tuple)
    """The tools that the agent called, each once."""
    tools_wanted: tuple[str, ...] = field(default=(), converter=as_tuple)
    """The tools that the solution calls."""
    digest: str = ""
    """What the score depends on beside the model, as a short text; samples with different ones cannot be compared."""
    trial: int = 0
    """Which trial of the scenario it is; they count from 0."""
    status: Status
    """``scored``, or ``void`` when there is no score."""
    cause: str | None = None
    """Why the sample is void, such as ``provider``, ``budget`` or ``timeout``; ``None`` when it was scored."""
    error: Mapping[str, Any] | None = None
    """The error as data: provider, model, status, request id, attempts; ``where`` in a user's own code it arose."""
    agent: str = ""
    """Who played the agent: a model or another name."""
    user: str = ""
    """Who played the user."""
    seed: str = ""
    """What the sample's random generator started from."""
    messages: int = 0
    """Messages added to the log."""
    duration: float = 0.0
    """Seconds from the first message to the verdict."""
    spending: Spending = Factory(Spending)
    """Calls, tokens and money of agent and user together."""
    waits: Mapping[str, float] = Factory(dict)
    """Seconds that calls waited before they were made, by cause: ``rate_limit``, ``concurrency``, ``rpm``, ``tpm``,
    ``deployment``, ``outage``, ``retry``."""
    models: tuple[str, ...] = field(default=(), converter=as_tuple)
    """Which models answered for the agent."""
    deployments: tuple[str, ...] = field(default=(), converter=as_tuple)
    """Which deployments of a router answered, by their ids."""
    fallback: bool = False
    """Whether a fallback answered for the agent at least once."""
    trajectory: str | None = None
    """Where the files of the sample are, from the run directory on; ``None`` when it was not played."""
    reused_from: str | None = None
    """The directory of the run in which the sample was played, when it was taken over from there."""
    nop_floor: float = 0.0
    """What an agent that does nothing may score on this scenario, in [0, 1], as its author says."""
    floors: Mapping[str, float] = Factory(dict)
    """What agents score on this scenario that do not do the work: nothing, repeating, claiming, reading."""
    counters: Mapping[str, int] = Factory(dict)
    """What the agent did wrong and was told about: unknown tools, broken arguments, empty answers."""
    notes: tuple[str, ...] = field(default=(), converter=as_tuple)
    """What bounded the evaluation or was changed on the way, in words."""

    @property
    def floor(self) -> float:
        """The most that an agent scores here which does not do the work."""
        return max([self.nop_floor, *self.floors.values()])

    @property
    def key(self) -> tuple[str, int]:
        """What tells samples of a run apart."""
        return self.name, self.trial

    @property
    def finished(self) -> bool:
        """Whether the sample was played to its end and need not be played again."""
        return self.cause not in UNFINISHED_CAUSES

    def with_explanation(self, explanation: Explanation) -> Self:
        """The same with the compact form of an explanation."""
        return evolve(
            self,
            explanation=explanation.to_records(),
            ending=explanation.ending,
            tools_called=explanation.tools_called,
            tools_wanted=explanation.tools_wanted,
        )

    def to_record(self) -> dict[str, Any]:
        """The result as JSON-able data, in the order of the fields."""
        record: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(SampleResult)}
        record |= {name: list(value) for name, value in record.items() if isinstance(value, tuple)}
        record |= {name: _mapping_record(record[name]) for name in _MAPPINGS}
        record["milestone_credit"] = {str(node): credit for node, credit in self.milestone_credit.items()}
        return {**record, "duration": round(self.duration, 3), "spending": self.spending.to_record()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> SampleResult:
        """The result ``to_record`` wrote.

        Raises:
            ValueError: It is something else; the message names the key.
        """
        _check_record(record, cls)
        for name in ("floors", "milestone_credit", "waits"):
            _check_numbers(name, record.get(name, {}))
        mappings: dict[str, Any] = {name: _mapping_from(name, record.get(name, {})) for name in _MAPPINGS}
        mappings["milestone_credit"] = {int(node): each for node, each in record.get("milestone_credit", {}).items()}
        return cls(**{**record, **mappings, "spending": Spending.from_record(record.get("spending", {}))})


@frozen(kw_only=True)
class Played:
    """A finished sample."""

    result: SampleResult
    files: Mapping[str, str]
    """The trajectory, unless it is written already: file name to text. A sample that could not be judged has no
    ``conversation.json``."""


def _check_numbers(name: str, record: Mapping[str, Any]) -> None:
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in record.values()):
        message = f"its {name} is {record!r}"
        raise ValueError(message)


def _mapping_record(mapping: Mapping[int, tuple[int, float]]) -> dict[str, list[Any]]:
    return {str(node): list(match) for node, match in mapping.items()}


def _mapping_from(name: str, record: Mapping[str, Any]) -> dict[int, tuple[int, float]]:
    try:
        return {int(node): (int(match[0]), float(match[1])) for node, match in record.items()}
    except (ValueError, TypeError, LookupError) as error:
        message = f"its {name} is {record!r}"
        raise ValueError(message) from error


_MAPPINGS = ("milestone_mapping", "minefield_mapping")


def _check_record(record: Mapping[str, Any], kind: type) -> None:
    declared = declarations(kind)
    for name, value in record.items():
        if name not in declared:
            message = f"it has an unknown key {name!r}"
            raise ValueError(message)
        if not fits(value, declared[name]):
            message = f"its {name} is {value!r}"
            raise ValueError(message)
    for each in fields(kind):
        if each.default is NOTHING and each.name not in record:
            message = f"it has no {each.name!r}"
            raise ValueError(message)
    if record.get("status", "void") not in get_args(Status):
        message = f"its status is {record['status']!r}"
        raise ValueError(message)


def words_of(error: BaseException) -> str:
    """What an error says of itself; a foreign one may fail even at that."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 -- its __str__ is anybody's code
        return "(it cannot say what it is)"


_CAUSE_OF_OWN = {RoleType.AGENT: "agent", RoleType.USER: "user_simulator"}
"""What is told of an error in a role that somebody wrote."""
_MAY_BE_OF_OWN = {"harness", *_CAUSE_OF_OWN.values()}


def _is_ours(error: BaseException) -> bool:
    """Whether the harness is at fault although a role of somebody's own had its turn."""
    return isinstance(error, HarnessError) and not isinstance(error, RoleError)


@frozen(kw_only=True)
class Failure:
    """An exception, reduced to what may be written down."""

    cause: str
    exception_type: str
    traceback: str
    error: Mapping[str, Any]
    of_the_model: bool
    """The model wrote something that the original's agents could not read, which was a failed sample there."""

    @classmethod
    def of(cls, error: BaseException, secrets: Iterable[str] = (), own: RoleType | None = None) -> Failure:
        """What ``error`` means for the sample it ended, without ``secrets`` or anything that looks like one.

        Args:
            error: What was raised.
            secrets: What is never written down.
            own: Whose turn it was, AGENT or USER, where code of somebody's own plays that role.
        """
        if own is not None and isinstance(error, RoleError) and error.__cause__ is not None:
            error = error.__cause__  # what was written by somebody else raised this
        if isinstance(error, ToolSandboxError):
            cause, record = error.cause, error.as_record()
        else:
            cause, record = "harness", {"type": type(error).__name__, "cause": "harness", "message": words_of(error)}
        if role := getattr(error, "role", None):
            record = {**record, "role": str(role)}
        if own is not None and cause == "harness" and not _is_ours(error):
            cause = _CAUSE_OF_OWN[own]
            record = {**record, "cause": cause, "role": str(own)}
        if cause in _MAY_BE_OF_OWN and (place := place_in_own_code(error)):
            record = {**record, "where": place}
        return cls(
            cause=cause,
            exception_type=type(error).__name__,
            traceback=redact_text("".join(traceback.format_exception(error)), secrets),
            error=redact(record, secrets),
            of_the_model=not isinstance(error, ToolSandboxError),
        )
