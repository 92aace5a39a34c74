"""Whether trials are good enough: what void ones may change, and the line about them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.samples import scored, void
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.runs.store import RunStore
from tool_sandbox.runs.stored_sample import StoredSample
from tool_sandbox.testing.verdict import Verdict

SCORES = st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 2 / 3, 1.0])


def verdict(scores: Sequence[float | None], least: float = 1.0, cost: float | None = 0.0, name: str = "one") -> Verdict:
    """The verdict over trials with these scores; ``None`` is a void one."""
    spending = Spending(calls=1, cost=cost)
    results = [
        void(name, trial=trial) if score is None else scored(name, score, trial=trial, spending=spending)
        for trial, score in enumerate(scores)
    ]
    return Verdict([StoredSample.of(result, RunStore(Path())) for result in results], least)


@given(st.lists(SCORES | st.none(), min_size=1, max_size=6), SCORES)
def test_a_verdict_is_open_only_where_void_samples_decide_it(scores: list[float | None], least: float) -> None:
    judged = verdict(scores, least)
    worst, best = (verdict([other if each is None else each for each in scores], least) for other in (0.0, 1.0))
    if any(each is not None for each in scores):
        assert judged.passes == worst.passes
        assert judged.is_open == (best.passes and not worst.passes)
    else:
        assert (judged.passes, judged.is_open) == (False, True)


@pytest.mark.parametrize(
    ("judged", "line"),
    [
        (verdict([0.25]), "0.250"),
        (verdict([0.25], cost=0.0004), "0.250 $0.0004"),
        (verdict([1.0] * 7 + [0.0] * 3, cost=0.0002), "7/10 [40%, 89%] $0.0020 flaky"),
        (verdict([1.0, 0.9, 0.8, 0.2], least=0.8), "3/4 [30%, 95%] flaky"),
        (verdict([1.0, 1.0, None]), "2/2 [34%, 100%] (1 void)"),
        (verdict([1.0], cost=None), "1.000"),
        (verdict([None]), "void"),
    ],
)
def test_a_line_says_what_trials_came_to(judged: Verdict, line: str) -> None:
    assert str(judged) == line


def test_thirds_add_up() -> None:
    assert verdict([1 / 3, 1 / 3, 1 / 3], least=1 / 3).passes


def test_scenarios_are_no_trials() -> None:
    both = Verdict([*verdict([1.0]).samples, *verdict([0.0], name="two").samples])
    assert (str(both), both.is_flaky, both.properties) == ("0.500", False, {"score": 0.5, "cost": 0.0})
