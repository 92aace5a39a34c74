from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.simulated_user.inventions import Known, inventions
from tool_sandbox.evaluation.simulated_user.pretence import words_of_the_assistant

NOW = Surroundings(now=datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
"""A Monday morning."""


def _turns() -> Iterator[Any]:
    for situation in yaml.safe_load(Path(__file__).with_name("turns.yaml").read_text(encoding="utf-8")):
        for turn in situation["turns"]:
            yield pytest.param(situation, turn, id=turn["turn"][:40])


@pytest.mark.parametrize(("situation", "turn"), list(_turns()))
def test_a_turn_breaks_what_it_breaks_and_nothing_else(situation: dict[str, Any], turn: dict[str, Any]) -> None:
    now = Surroundings(now=situation["now"].replace(tzinfo=UTC)) if "now" in situation else NOW
    known = Known(now, (situation["task"], *situation["says"]))
    assert list(inventions(turn["turn"], known, situation["says"][-1])) == [str(v) for v in turn.get("invented", [])]
    found = list(words_of_the_assistant(turn["turn"], situation["task"]))
    wanted = turn.get("as_assistant", [])
    assert len(found) == len(wanted), found
    assert all(has.startswith(begin) for has, begin in zip(found, wanted, strict=True)), found
