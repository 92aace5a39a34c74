"""The verdict on one trajectory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, field

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.evaluation.credit import Credit
from tool_sandbox.evaluation.matching.matching import MilestoneMatcher
from tool_sandbox.evaluation.matching.similarity import Trajectory
from tool_sandbox.evaluation.outcome import Outcome
from tool_sandbox.evaluation.unasked import UnaskedChange

if TYPE_CHECKING:
    import polars as pl

    from tool_sandbox.common.execution_context import ExecutionContext


@define(slots=False)
class EvaluationResult:
    """How a trajectory scored."""

    milestone_mapping: OrderedDict[int, tuple[int, float]] = field(factory=OrderedDict)
    """Milestone index → message index and similarity."""
    minefield_mapping: OrderedDict[int, tuple[int, float]] = field(factory=OrderedDict)
    """The same for minefields."""
    milestone_similarity: float = 0
    """Mean credit of all milestones, in [0, 1]; a change that nobody asked for counts as one more, not met."""
    minefield_similarity: float = 0
    """Mean similarity of all minefields, in [0, 1]; anything but 0 makes the score 0."""
    similarity: float = field(init=False)
    """The score, in [0, 1]: that of the milestones, or 0 when a minefield was hit."""
    turn_count: int = 0
    """How many messages the conversation took."""
    milestone_credit: dict[int, float] = field(factory=dict, kw_only=True)
    """Milestone index → what it counts for, in [0, 1]: its similarity, or less where that of others caps it."""
    outcome: float | None = field(default=None, kw_only=True)
    """How well the end is the wanted one, in [0, 1], whatever led there; ``None`` where nobody said which is."""
    unasked: tuple[UnaskedChange, ...] = field(default=(), kw_only=True)
    """What is different in the end that nobody asked for, where that takes points."""

    def __attrs_post_init__(self) -> None:
        """Combine both similarities."""
        self.similarity = self.milestone_similarity if self.minefield_similarity == 0 else 0


@define(slots=False)
class Evaluation:
    """What a trajectory is judged by.

    Args:
        milestone_matcher: What should happen.
        minefield_matcher: What must not happen.
        credit: What each milestone counts for; ``None`` is its similarity.
        outcome: What the end should be; ``None`` where nobody said.
    """

    milestone_matcher: MilestoneMatcher = field(factory=MilestoneMatcher)
    minefield_matcher: MilestoneMatcher = field(factory=MilestoneMatcher)
    credit: Credit | None = field(default=None, kw_only=True)
    outcome: Outcome | None = field(default=None, kw_only=True)

    def evaluate(self, execution_context: ExecutionContext, max_turn_count: int = 0) -> EvaluationResult:  # noqa: ARG002
        """Judge a finished trajectory.

        Args:
            execution_context: The trajectory.
            max_turn_count: Accepted for compatibility; has no influence.
        """
        trajectory = Trajectory(execution_context)
        reached, score = self.milestone_matcher.compute_mapping_and_similarity(execution_context, trajectory=trajectory)
        hit, damage = self.minefield_matcher.compute_mapping_and_similarity(execution_context, trajectory=trajectory)
        own = {node: similarity for node, (_, similarity) in sorted(reached.items())}
        credit = own if self.credit is None else self.credit.of(own, self.milestone_matcher.milestone_dag)
        unasked = self._unasked(trajectory)
        if self.credit is not None and credit:
            score = sum(credit.values()) / (len(credit) + len(unasked))
        outcome = self._outcome(trajectory, reached, hit=bool(damage))
        trajectory.forget()
        return EvaluationResult(
            milestone_mapping=OrderedDict(sorted(reached.items())),
            minefield_mapping=hit,
            milestone_similarity=1 if score is None else score,
            minefield_similarity=0 if damage is None else damage,
            turn_count=count_turns(execution_context.log()),
            milestone_credit=credit,
            outcome=outcome,
            unasked=unasked,
        )

    def _unasked(self, trajectory: Trajectory) -> tuple[UnaskedChange, ...]:
        if self.credit is None or self.outcome is None:
            return ()
        return self.outcome.unasked(trajectory)

    def _outcome(self, trajectory: Trajectory, reached: Mapping[int, tuple[int, float]], *, hit: bool) -> float | None:
        if self.outcome is None:
            return None
        return 0.0 if hit else self.outcome.similarity(trajectory, reached)


def get_effective_turn_count(sandbox_database: pl.DataFrame) -> int:
    """How many messages of a log count as turns; see ``count_turns``."""
    return count_turns(sandbox_database.select("sender", "recipient", "visible_to").to_dicts())


def count_turns(log: Iterable[Mapping[str, Any]]) -> int:
    """How many messages count as turns.

    Not counted: messages of the system, between user and execution environment, few-shot examples, and messages
    without ``visible_to``, which is why the scripted opening message does not count.
    """
    return sum(_is_turn(row["sender"], row["recipient"], row["visible_to"]) for row in log)


_UNCOUNTED = {
    (RoleType.USER.value, RoleType.EXECUTION_ENVIRONMENT.value),
    (RoleType.EXECUTION_ENVIRONMENT.value, RoleType.USER.value),
}


def _is_turn(sender: str | None, recipient: str | None, visible_to: list[str] | None) -> bool:
    if sender is None or visible_to is None or sender == RoleType.SYSTEM:
        return False
    if recipient is None and sender != RoleType.AGENT:
        return False
    return (sender, recipient) not in _UNCOUNTED and list(visible_to) != [RoleType.USER]
