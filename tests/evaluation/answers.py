"""What answers say about a wanted mention on Wednesday, 20 May 2026, at three in the afternoon."""

from __future__ import annotations

from datetime import UTC, datetime

from tool_sandbox.evaluation.facts.mentions.mention import EXACT, Agreement, Tolerance
from tool_sandbox.evaluation.facts.mentions.normalisation import normalised
from tool_sandbox.evaluation.facts.mentions.reading import Mention, agreement, mentions_in

NOW = datetime(2026, 5, 20, 15, 0, tzinfo=UTC)


def read(answer: str) -> tuple[Mention, ...]:
    return mentions_in(normalised(answer).text, NOW)


def said(wanted: Mention, answer: str, tolerance: Tolerance = EXACT) -> Agreement:
    """SAME where any mention says the wanted one, else OTHER where any says another, else UNRELATED."""
    found = {agreement(wanted, mention, tolerance) for mention in read(answer)}
    return next((each for each in (Agreement.SAME, Agreement.OTHER) if each in found), Agreement.UNRELATED)
