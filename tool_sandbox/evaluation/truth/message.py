"""A message to the user, beside what was wanted of it and what had happened before it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from attrs import define

from tool_sandbox.evaluation.comparing.answers import WantedText
from tool_sandbox.evaluation.facts.fact import Explained
from tool_sandbox.evaluation.facts.mentions.mention import Span
from tool_sandbox.evaluation.facts.reading import Reading, reading_of
from tool_sandbox.evaluation.truth.past import Past


@define(eq=False)
class Message:
    """What is held against the tables.

    Args:
        said: The message.
        wanted: What was wanted of it.
        past: What had happened before it.
    """

    said: Reading
    wanted: WantedText
    past: Past

    @cached_property
    def asked_for(self) -> Explained:
        """Where it says what its facts ask for."""
        required = self.wanted.facts(self.wanted.sentence).required
        return frozenset().union(*(fact.places(self.said) for fact in required))

    def asks_for(self, span: Span) -> bool:
        """Whether its facts ask for what stands at this place."""
        return any(each.start < span.end and span.start < each.end for each in self.asked_for)

    @cached_property
    def declines(self) -> bool:
        """Whether a good answer says that something cannot be looked up or switched."""
        good = reading_of(self.wanted.sentence, self.wanted.surroundings)
        return any(_DECLINES.search(clause.plain) for clause in good.clauses)


_DECLINES = re.compile(r"\bcan not (?:be )?(?:\w+ )?(?:switch|turn|look|search|find)")

Rule = Callable[[Message], str | None]
"""Why a message is untrue, or None."""
