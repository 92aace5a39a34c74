"""How much worse a run is than an earlier one, and whether that is too much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import asdict, frozen

_TOLERANCE = 1e-9
"""A mean of thirds may lie this much beside what it is."""


@frozen(kw_only=True)
class Regression:
    """How a run differs from an earlier one over the samples that both have."""

    against: str
    """The directory of the earlier run."""
    limit: float
    """By how much the score may fall, in [0, 1]."""
    pairs: int
    """Samples of the same scenario, presentation and trial with a score in both runs."""
    before: float
    """Mean score of the earlier run over the pairs."""
    now: float
    """The same of this run; 0 without any pair, as is what nobody could score."""
    low: float
    """Lower end of the 95% interval of the difference, which is this run minus the earlier one."""
    high: float
    """Its upper end."""
    changed: tuple[str, ...] = ()
    """The scenarios that are left out because they are not what they were."""

    @property
    def difference(self) -> float:
        """By how much the score rose, in [-1, 1]; below 0 it fell."""
        return self.now - self.before

    @property
    def is_too_large(self) -> bool:
        """Whether the score fell by more than the limit, or there is no pair to show that it did not.

        The interval does not count: over few scenarios it is so wide that nothing would ever be too large.
        """
        return not self.pairs or self.difference < -self.limit - _TOLERANCE

    def __str__(self) -> str:
        """It in one line."""
        changed = f"; scenarios that have changed since are left out: {len(self.changed)}" if self.changed else ""
        if not self.pairs:
            return f"no sample has a score both here and in {self.against}{changed}"
        digits = 3 if abs(self.difference + self.limit) > _CLOSE else _MOST_DIGITS
        pairs = f"{self.pairs} pair{'' if self.pairs == 1 else 's'}"
        allowed = f"−{self.limit:g}" if self.limit else "0"
        chance = "; that may be chance" if self.is_too_large and self.high >= 0 else ""
        return (
            f"score {self.now:.3f} after {self.before:.3f} in {self.against}, difference "
            f"{_signed(self.difference, digits)} (95% interval {_signed(self.low)} to {_signed(self.high)}) over "
            f"{pairs}, allowed {allowed}{chance}{changed}"
        )

    def to_record(self) -> dict[str, Any]:
        """It as JSON-able data."""
        told = {"difference": self.difference, "is_too_large": self.is_too_large, "text": str(self)}
        return {**asdict(self), "changed": list(self.changed), **told}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Regression:
        """What ``to_record`` wrote.

        Raises:
            ValueError: It is something else.
        """
        try:
            numbers = {name: float(record[name]) for name in ("limit", "before", "now", "low", "high")}
            changed = tuple(map(str, record["changed"]))
            return cls(against=str(record["against"]), pairs=int(record["pairs"]), changed=changed, **numbers)
        except (LookupError, TypeError) as error:
            message = f"it is no regression: {record!r}"
            raise ValueError(message) from error


_CLOSE, _MOST_DIGITS = 0.001, 6
"""A difference so close to the limit is shown with more digits, so that it does not look like it."""


def _signed(value: float, digits: int = 3) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")
