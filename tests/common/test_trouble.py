"""Which call of a tool is in trouble, and what of it is written down."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.common.trouble import Trouble, TroubleKind, Troubles

WORK, FAIL = (Trouble(kind, 1, text=f"{kind} once") for kind in (TroubleKind.WORK, TroubleKind.FAIL))
SLOW = Trouble(TroubleKind.SLOW, 2, 60, text="slow 1 minute twice")


def kinds(troubles: Troubles, calls: int, tool: str = "look") -> list[str | None]:
    found = []
    for _ in range(calls):
        trouble = troubles.next(tool)
        found.append(None if trouble is None else str(trouble.kind))
        troubles = troubles.after(tool)
    return found


def test_troubles_strike_one_after_the_other_and_then_calls_work() -> None:
    assert kinds(Troubles({"look": (FAIL, WORK, SLOW)}), 6) == ["fail", None, "slow", "slow", None, None]


def test_one_without_an_end_strikes_for_ever() -> None:
    always = Trouble(TroubleKind.LOST, text="lost always")
    assert kinds(Troubles({"look": (FAIL, always)}), 5) == ["fail", *["lost"] * 4]


def test_calls_are_counted_for_each_tool_by_itself() -> None:
    troubles = Troubles({"look": (FAIL,), "send": (SLOW,)}).after("look").after("send").after("read")
    assert (troubles.next("look"), troubles.next("send"), troubles.next("read")) == (None, SLOW, None)
    assert troubles.struck == ("look: fail once", "send: slow 1 minute twice")
    assert troubles.elapsed == 60


def test_what_is_to_come_is_told_in_one_line_for_each_tool() -> None:
    troubles = Troubles({"look": (FAIL, SLOW), "send": (FAIL,)})
    assert list(troubles.lines()) == ["look: fail once, then slow 1 minute twice", "send: fail once"]


TROUBLES = st.builds(
    Trouble,
    kind=st.sampled_from(TroubleKind),
    times=st.one_of(st.integers(1, 4).map(float), st.just(float("inf"))),
    amount=st.integers(0, 9).map(float),
    earlier=st.one_of(st.none(), st.just({"CONTACT": ({"name": "Ada"},)})),
    text=st.text(max_size=8),
)


@given(st.lists(TROUBLES, max_size=4).map(tuple), st.integers(0, 6), st.integers(0, 6))
def test_they_go_on_alike_after_they_were_written_down(plan: tuple[Trouble, ...], before: int, then: int) -> None:
    troubles = Troubles({"look": plan})
    for _ in range(before):
        troubles = troubles.after("look")
    again = Troubles.from_dict(json.loads(json.dumps(troubles.to_dict())))
    assert kinds(again, then) == kinds(troubles, then)
    assert (again.plans, again.elapsed) == (troubles.plans, troubles.elapsed)
