"""What the keys mean."""

from __future__ import annotations

import asyncio

import pytest
from attrs import define, field

from tests.cli.live.clockwork import Clock
from tool_sandbox.cli.live.keys import Keys
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.control import RunControl
from tool_sandbox.runs.scheduler import Schedule


@define
class Purse:
    """A budget of which 1.84 dollars are spent."""

    budget: float | None = 5.0
    fixed_because: str | None = None
    tried: list[float] = field(factory=list)

    def change_budget(self, dollars: float) -> None:
        self.tried.append(dollars)
        if dollars < 1.84:
            raise SettingsError(f"a budget of {dollars:g} USD is too low: 1.84 are spent already")
        self.budget = dollars


async def _played(*_sample: object) -> object:
    await asyncio.sleep(0)
    raise AssertionError("nobody plays here")


def _keys(*, concurrency: int = 16, most: int = 40, money: Purse | None = None) -> tuple[Keys, RunControl, Clock]:
    schedule = Schedule(_played, _played, concurrency)  # type: ignore[arg-type]
    control = RunControl(schedule, lambda _adjustment: None, most=most, money=money)
    clock = Clock()
    return Keys(control, clock), control, clock


async def test_p_pauses_and_goes_on() -> None:
    keys, control, _ = _keys()
    keys.press("p")
    assert control.paused
    assert keys.line() == "paused: those in flight finish, p goes on"
    keys.press("p")
    assert not control.paused


async def test_plus_and_minus_change_how_many_samples_play_at_once_by_a_quarter_and_by_one_at_least() -> None:
    keys, control, _ = _keys()
    seen = []
    for key in "+++++++-":
        keys.press(key)
        seen.append(control.concurrency)
    assert seen == [20, 25, 31, 38, 40, 40, 40, 30]

    keys.press("-" * 30)
    assert control.concurrency == 1
    assert keys.line() == "1 sample at once"
    keys.press("+++")
    assert control.concurrency == 4


async def test_no_more_samples_at_once_than_mean_something() -> None:
    keys, control, _ = _keys(concurrency=1, most=1)
    keys.press("+")
    assert control.concurrency == 1
    assert keys.line() == "1 sample at once (no more here)"


async def test_a_run_that_is_slower_than_it_could_be_asked_for_stays_within_its_bounds() -> None:
    keys, control, _ = _keys(concurrency=16, most=4)
    keys.press("+")
    assert control.concurrency == 4


async def test_b_asks_for_a_budget_and_takes_it_with_enter() -> None:
    keys, control, _ = _keys(money=Purse())
    keys.press("b")
    assert keys.line() == "new budget in USD: _ (now $5.00; Enter takes it, Esc leaves it)"
    keys.press("1x2p\x7f.5")
    assert keys.line().startswith("new budget in USD: 1.5_")
    assert not control.paused
    keys.press("\x7f\x7f0\r")
    assert control.budget == 10
    assert keys.line() == "budget $10.00"


async def test_a_budget_below_what_is_spent_is_refused_in_words() -> None:
    keys, control, _ = _keys(money=Purse())
    keys.press("b")
    keys.press("0.5\n")
    assert control.budget == 5
    assert keys.line() == "a budget of 0.5 USD is too low: 1.84 are spent already"


@pytest.mark.parametrize("typed", ["\r", "12\x1b", "1.2.3\r"])
async def test_what_is_no_amount_or_is_left_changes_nothing(typed: str) -> None:
    keys, control, _ = _keys(money=Purse())
    keys.press("b")
    for key in typed:
        keys.press(key)
    assert control.budget == 5
    keys.press("p")
    assert control.paused, "keys mean what they did before"


async def test_b_sets_a_budget_where_there_was_none() -> None:
    keys, control, _ = _keys(money=Purse(None))
    keys.press("b")
    assert keys.line() == "new budget in USD: _ (none yet; Enter takes it, Esc leaves it)"
    keys.press("3\r")
    assert control.budget == 3
    assert keys.line() == "budget $3.00"


async def test_a_budget_that_cannot_be_changed_is_told() -> None:
    keys, _, _ = _keys()
    keys.press("b")
    assert keys.line() == "the budget of this run stays as it is"
    keys.press("?")
    assert keys.line() == "p: pause, + and -: samples at once, Ctrl-C: stop"


async def test_b_asks_for_no_budget_that_could_not_be_kept_and_says_why() -> None:
    keys, control, _ = _keys(money=Purse(budget=None, fixed_because="several processes began without a budget"))
    keys.press("b")
    assert keys.line() == "several processes began without a budget"
    keys.press("?")
    assert keys.line() == "p: pause, + and -: samples at once, Ctrl-C: stop"
    keys.press("3\r")
    assert control.budget is None


async def test_question_mark_shows_the_keys_for_a_while() -> None:
    keys, _, clock = _keys(money=Purse())
    keys.press("?")
    assert keys.line() == "p: pause, + and -: samples at once, b: budget, Ctrl-C: stop"
    clock.now += 6
    assert keys.line() == ""


async def test_arrows_and_other_keys_do_nothing() -> None:
    keys, control, _ = _keys(money=Purse())
    for pressed in ("\x1b[A", "\x1bOp", "x", "\x04", "ü", ""):
        keys.press(pressed)
    assert (control.paused, control.concurrency, control.budget, keys.line()) == (False, 16, 5.0, "")
