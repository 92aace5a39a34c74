"""What the numbers of a run are made from: a few bytes for each sample, without the samples."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Self

import numpy as np
from attrs import evolve, field, frozen

from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.runs.losses import LossSums
from tool_sandbox.runs.statistics.trials import Trials

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tool_sandbox.runs.outcomes import SampleResult

    Indices = NDArray[np.intp]
    Floats = NDArray[np.float64]


@frozen
class Kind:
    """What samples of one scenario have in common."""

    name: str
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    tools_wanted: tuple[str, ...]
    floors: tuple[tuple[str, float], ...]
    nop_floor: float

    @classmethod
    def of(cls, result: SampleResult) -> Self:
        """The kind that a sample is of."""
        floors = tuple(result.floors.items())
        return cls(result.name, result.categories, result.tags, result.tools_wanted, floors, result.nop_floor)


@frozen(kw_only=True, eq=False)
class Columns:
    """Samples as columns; every column has one value per sample."""

    trials: Trials
    turns: Floats
    """Messages of the conversation; not a number where that is not known."""
    is_scored: NDArray[np.bool_]
    is_finished: NDArray[np.bool_]
    has_fallback: NDArray[np.bool_]
    kind: Indices
    """Which of ``kinds`` a sample is of."""
    kinds: tuple[Kind, ...]

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def scores(self) -> list[float]:
        """Of the samples that have one, in [0, 1]."""
        return _known(self.trials.score)

    @property
    def outcomes(self) -> list[float]:
        """How right their ends are, of the scored samples of which somebody said it, in [0, 1]."""
        return _known(self.trials.outcome)

    @property
    def turn_counts(self) -> list[float]:
        """Messages of the scored samples."""
        return _known(self.turns[self.is_scored])

    @property
    def right_in_the_end(self) -> int:
        """How many reach the wanted end, though not all milestones on the way."""
        return int(((self.trials.outcome == 1) & (self.trials.score != 1)).sum())

    @property
    def clusters(self) -> Indices:
        """Which base scenario each sample is of; they count in the order of their appearance."""
        _, first, which = np.unique(self.trials.cluster, return_index=True, return_inverse=True)
        found: Indices = np.argsort(np.argsort(first))[which]
        return found

    def take(self, samples: NDArray[np.bool_]) -> Columns:
        """Some of the samples."""
        names = ("turns", "is_scored", "is_finished", "has_fallback", "kind")
        columns = {name: getattr(self, name)[samples] for name in names}
        return evolve(self, trials=self.trials.take(np.flatnonzero(samples)), **columns)

    def of_kinds(self, is_meant: Callable[[Kind], bool]) -> Columns:
        """The samples of some kinds."""
        return self.take(np.array([is_meant(kind) for kind in self.kinds], dtype=np.bool_)[self.kind])

    def grouped(self, labels_of: Callable[[Kind], Iterable[str]]) -> dict[str, Columns]:
        """The samples of each label, of which a kind may have several, by label."""
        labels = [frozenset(labels_of(kind)) for kind in self.kinds]
        here = sorted({label for at in dict.fromkeys(self.kind.tolist()) for label in labels[at]})
        return {
            label: self.take(np.array([label in each for each in labels], dtype=np.bool_)[self.kind]) for label in here
        }

    def per_sample(self, value_of: Callable[[Kind], float]) -> list[float]:
        """A number of its kind for each sample."""
        values = np.array([value_of(kind) for kind in self.kinds], dtype=np.float64)
        found: list[float] = values[self.kind].tolist()
        return found


@frozen(kw_only=True, eq=False)
class RunNumbers:
    """What all samples of a run come to."""

    columns: Columns
    spending: Spending
    void: Mapping[str, int]
    """Cause → how many samples are void by it."""
    reused: int
    """How many samples are of an earlier run."""
    lost_by_fault: Mapping[str, float]
    """What scored samples lost of the run's score, by whose fault it is."""
    broken_rules: Mapping[str, int]
    """Rule of the simulated user → in how many samples it was broken; ``any`` of them comes first."""
    agents: tuple[str, ...]
    users: tuple[str, ...]

    @classmethod
    def of(cls, results: Iterable[SampleResult]) -> RunNumbers:
        """The numbers of samples; those of a run that keeps them on the disk are made once."""
        known = getattr(results, "numbers", None)
        if isinstance(known, RunNumbers):
            return known
        reader = NumbersReader()
        for result in results:
            reader.add(result)
        return reader.numbers()

    def __len__(self) -> int:
        return len(self.columns)


def trials_of(results: Iterable[SampleResult]) -> Trials:
    """The samples of a run as columns, in their order."""
    return RunNumbers.of(results).columns.trials


def _doubles() -> array[float]:
    return array("d")


def _flags() -> bytearray:
    return bytearray()


def _whole() -> array[int]:
    return array("q")


@frozen
class NumbersReader:
    """Takes one sample after the other and keeps none."""

    kinds: dict[Kind, int] = field(factory=dict)
    kind: array[int] = field(factory=_whole)
    trial: array[int] = field(factory=_whole)
    score: array[float] = field(factory=_doubles)
    outcome: array[float] = field(factory=_doubles)
    cost: array[float] = field(factory=_doubles)
    turns: array[float] = field(factory=_doubles)
    is_scored: bytearray = field(factory=_flags)
    is_finished: bytearray = field(factory=_flags)
    has_fallback: bytearray = field(factory=_flags)
    is_reused: bytearray = field(factory=_flags)
    spending: list[Spending] = field(factory=lambda: [Spending()])
    void: Counter[str] = field(factory=Counter)
    losses: LossSums = field(factory=LossSums)
    agents: dict[str, None] = field(factory=dict)
    users: dict[str, None] = field(factory=dict)

    def add(self, result: SampleResult) -> None:
        """Take one more sample."""
        scored = result.status == "scored"
        self.kind.append(self.kinds.setdefault(Kind.of(result), len(self.kinds)))
        self.trial.append(result.trial)
        self.score.append(_number(result.similarity if scored else None))
        self.outcome.append(_number(result.outcome if scored else None))
        self.cost.append(_number(result.spending.cost.total))
        self.turns.append(_number(result.turn_count))
        self.is_scored.append(scored)
        self.is_finished.append(result.finished)
        self.has_fallback.append(result.fallback)
        self.is_reused.append(result.reused_from is not None)
        self.spending[0] += result.spending
        self.losses.add(result)
        self.agents[result.agent] = self.users[result.user] = None
        if not scored:
            self.void[str(result.cause)] += 1

    def numbers(self) -> RunNumbers:
        """What those taken so far come to."""
        return RunNumbers(
            columns=self._columns(),
            spending=self.spending[0],
            void=dict(sorted(self.void.items())),
            reused=sum(self.is_reused),
            lost_by_fault=self.losses.by_fault(),
            broken_rules=self.losses.broken_rules(),
            agents=tuple(self.agents),
            users=tuple(self.users),
        )

    def _columns(self) -> Columns:
        kind = np.array(self.kind, dtype=np.intp)
        return Columns(
            trials=Trials.from_columns(
                [each.name for each in self.kinds],
                kind,
                number=np.array(self.trial, dtype=np.intp),
                score=np.array(self.score, dtype=np.float64),
                outcome=np.array(self.outcome, dtype=np.float64),
                cost=np.array(self.cost, dtype=np.float64),
            ),
            turns=np.array(self.turns, dtype=np.float64),
            is_scored=np.array(self.is_scored, dtype=np.bool_),
            is_finished=np.array(self.is_finished, dtype=np.bool_),
            has_fallback=np.array(self.has_fallback, dtype=np.bool_),
            kind=kind,
            kinds=tuple(self.kinds),
        )


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _known(values: Floats) -> list[float]:
    found: list[float] = values[~np.isnan(values)].tolist()
    return found
