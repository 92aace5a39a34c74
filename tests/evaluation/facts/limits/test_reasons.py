"""Reasons that an answer gives."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.evaluation.facts.wording import BASE
from tool_sandbox.evaluation.facts.limits.reasons import no_other_reason
from tool_sandbox.evaluation.facts.reading import reading_of

WORLD = evolve(BASE, heard=("Tell Dana that I am running late, my bus broke down",))


def wrong(text: str) -> str | None:
    (fact,) = no_other_reason(reading_of("I told Dana that you are running late.", WORLD))
    return fact.contradicted_by(reading_of(text, WORLD))


@pytest.mark.parametrize(
    "text",
    ["I told Dana you're late because of the traffic.", "Dana knows you're late because you overslept.",
     "Dana knows, due to the storm."],
)  # fmt: skip
def test_a_reason_of_which_nobody_speaks_is_made_up(text: str) -> None:
    assert wrong(text) is not None


@pytest.mark.parametrize(
    "text",
    ["I told Dana you're late because your bus broke down.", "I switched cellular on because it was needed.",
     "I texted her because you asked me to.", "Is it because of the traffic?", "Dana knows."],
)  # fmt: skip
def test_a_known_reason_and_one_of_the_agents_own_are_fine(text: str) -> None:
    assert wrong(text) is None
