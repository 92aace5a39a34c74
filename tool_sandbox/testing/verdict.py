"""Whether the trials of a scenario are good enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.errors import ToolSandboxError
from tool_sandbox.llm.layers.budget.money import shown
from tool_sandbox.runs.reasons import void_groups
from tool_sandbox.runs.summary import total_spending

if TYPE_CHECKING:
    from tool_sandbox.runs.stored_sample import StoredSample

_TOLERANCE = 1e-9
"""A mean of thirds may lie this much beside what it is."""
_EXPLAINED = 3
"""So many of several trials are explained, those with the lowest scores."""


@frozen
class Verdict:
    """What the trials of one scenario, or the samples of several, come to.

    Args:
        samples: All of them, void ones too.
        least: The mean score that is enough.
    """

    samples: Sequence[StoredSample]
    least: float = 1.0

    @property
    def score(self) -> float | None:
        """The mean score, in [0, 1]; ``None`` when no sample was scored."""
        return self._total / len(self.scored) if self.scored else None

    @property
    def bounds(self) -> tuple[float, float]:
        """The mean score if every void sample had failed, and if every one had been perfect."""
        void = len(self.samples) - len(self.scored)
        return self._total / len(self.samples), (self._total + void) / len(self.samples)

    @property
    def passes(self) -> bool:
        """Whether the mean is high enough, even if every void sample had failed."""
        return bool(self.scored) and self.bounds[0] >= self.least - _TOLERANCE

    @property
    def is_open(self) -> bool:
        """Whether void samples decide, of which nobody knows what they would have scored."""
        return not self.passes and (not self.scored or self.bounds[1] >= self.least - _TOLERANCE)

    @property
    def scored(self) -> list[StoredSample]:
        """The samples that have a score."""
        return [each for each in self.samples if each.status == "scored"]

    @property
    def passed(self) -> int:
        """How many samples are good enough by themselves."""
        return sum((each.similarity or 0.0) >= self.least - _TOLERANCE for each in self.scored)

    @property
    def is_flaky(self) -> bool:
        """Whether some trials are good enough and some are not."""
        return self._are_trials and 0 < self.passed < len(self.scored)

    @property
    def properties(self) -> dict[str, Any]:
        """The numbers, for reports of tests: score, trials if there are several, and cost in US dollars if known."""
        found: dict[str, Any] = {"score": self.score, "cost": total_spending(self.samples).cost.total}
        if self._are_trials:
            found |= {"trials": len(self.samples), "passed": self.passed}
        return {name: value for name, value in found.items() if value is not None}

    def __str__(self) -> str:
        """Score or passed trials with the interval of their rate, cost, and what is unusual, in a line."""
        return " ".join(self._words())

    def reason(self) -> str:
        """Why nothing is decided: what made samples void."""
        told = "; ".join(f"{each.reason.cause}: {each.reason.told}" for each in void_groups(self.samples))
        if not self.scored:
            return f"void, {told}"
        return (
            f"{len(self.samples) - len(self.scored)} of {len(self.samples)} samples are void, so that the score may be "
            f"anything from {self.bounds[0]:.3f} to {self.bounds[1]:.3f}, wanted {self.least:g}; {told}"
        )

    def explanation(self) -> str:
        """Where points were lost: the explanations of the lowest samples, each different one once."""
        lost = sorted((each for each in self.scored if (each.similarity or 0.0) < 1), key=_similarity)
        texts: dict[str, str] = {}
        for sample in lost:
            text = _explained(sample)
            texts.setdefault(text.partition("\n")[2] or text, text)
        shown = list(texts.values())[:_EXPLAINED]
        return "\n\n".join(shown)

    @property
    def _total(self) -> float:
        return sum(each.similarity or 0.0 for each in self.scored)

    @property
    def _are_trials(self) -> bool:
        """Whether one scenario was played several times."""
        return len(self.samples) > 1 and len({each.name for each in self.samples}) == 1

    def _words(self) -> Iterator[str]:
        if self._are_trials and self.scored:
            from tool_sandbox.runs.statistics.intervals import wilson

            low, high = wilson(self.passed, len(self.scored))
            yield f"{self.passed}/{len(self.scored)} [{low:.0%}, {high:.0%}]"
        elif self.scored:
            yield f"{self.score:.3f}"
        cost = total_spending(self.samples).cost
        if cost.known:
            yield f"{'≥ ' if cost.unknown_calls else ''}${shown(cost.known)}"
        if self.is_flaky:
            yield "flaky"
        if void := len(self.samples) - len(self.scored):
            yield f"({void} void)" if self.scored else "void"


def _similarity(sample: StoredSample) -> float:
    return sample.similarity or 0.0


def _explained(sample: StoredSample) -> str:
    try:
        return str(sample.explain())
    except ToolSandboxError as error:  # its files are gone, say; the score stands all the same
        return f"{sample.name} #{sample.trial}   {sample.similarity:.3f}   cannot be explained: {error}"
