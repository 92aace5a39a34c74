"""What a milestone counts for: words are worth what was done, a look-up what came of it.

Without this, an agent that does nothing and says the right sentence is paid for the sentence, and one that calls every
reading tool is paid for each call. Scenarios in YAML are judged with it; those in Python keep the plain mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from attrs import frozen

from tool_sandbox.evaluation.matching.graph import MilestoneGraph


class Kind(StrEnum):
    """What a milestone is about."""

    DEED = "deed"
    """The world is to look like this."""
    LOOK_UP = "look-up"
    """A tool is to be asked."""
    WORDS = "words"
    """The user is to hear something."""
    ATTEMPT = "attempt"
    """A call is to be made, whatever comes of it."""


@frozen
class Credit:
    """How far each milestone counts.

    Args:
        kinds: What each milestone is about, by position.
    """

    kinds: tuple[Kind, ...]

    def of(self, own: Mapping[int, float], order: MilestoneGraph) -> dict[int, float]:
        """Milestone → what it counts for, 0 to 1.

        Deeds and attempts count as they are. Words count no more than the worst of the deeds and look-ups before them.
        Look-ups count as they are where nothing is to be done, else no more than the best deed or word after them.

        Args:
            own: Milestone → how well it was met by itself.
            order: Which milestone comes before which.
        """
        counted = dict(own)
        for node in self._nodes(Kind.WORDS):
            counted[node] = min([own[node], *(own[each] for each in self.bounds(node, order))])
        for node in self._nodes(Kind.LOOK_UP):
            followed = [counted[each] for each in self.bounds(node, order)]
            counted[node] = min(own[node], max(followed, default=1.0))
        return counted

    def bounds(self, node: int, order: MilestoneGraph) -> list[int]:
        """The milestones that bound what one counts for: of words the worst, of a look-up the best of them."""
        if self.kinds[node] is Kind.WORDS:
            before = order.ancestors(node)
            return [each for each in order if each in before and self.kinds[each] in (Kind.DEED, Kind.LOOK_UP)]
        if self.kinds[node] is Kind.LOOK_UP and Kind.DEED in self.kinds:
            ends = [each for each in order if self.kinds[each] in (Kind.DEED, Kind.WORDS)]
            return [each for each in ends if node in order.ancestors(each)]
        return []

    def _nodes(self, kind: Kind) -> list[int]:
        return [node for node, each in enumerate(self.kinds) if each is kind]
