"""What the keys mean that are pressed while a run is played."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tool_sandbox.cli.plan import money
from tool_sandbox.common.counted import counted
from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.layers.budget.money import amount_of

if TYPE_CHECKING:
    from tool_sandbox.runs.control import RunControl

_SHOWN_FOR = 5.0
"""Seconds for which an answer to a key is shown."""
_ENTER, _ESCAPE, _RUBOUT = ("\r", "\n"), "\x1b", ("\x7f", "\b")
_IN_AMOUNT = frozenset("0123456789.")
_LONGEST_AMOUNT = 12


class Keys:
    """Changes a run as keys are pressed, and says in a line what became of it.

    Args:
        control: Changes the run.
        clock: Seconds on a clock that never goes back.
    """

    def __init__(self, control: RunControl, clock: Callable[[], float] = time.monotonic) -> None:
        self._control, self._clock = control, clock
        self._meanings: dict[str, Callable[[], str]] = {
            "p": self._pause_or_go_on,
            "+": self._more_at_once,
            "-": self._fewer_at_once,
            "b": self._ask_for_budget,
            "?": self._explain,
        }
        self._amount: str | None = None
        """What was typed of a budget that was asked for."""
        self._told, self._told_at = "", float("-inf")

    def press(self, pressed: str) -> None:
        """Act on keys; those that mean nothing do nothing, such as arrows, which come as several characters."""
        if len(pressed) > 1 and pressed.startswith(_ESCAPE):
            return
        for key in pressed:
            if self._amount is not None:
                self._type(key)
            elif meaning := self._meanings.get(key):
                self._tell(meaning())

    def line(self) -> str:
        """What is to be shown of it: a question, the answer to the last key, or nothing."""
        if self._amount is not None:
            now = self._control.budget
            told = "none yet" if now is None else f"now {money(now)}"
            return f"new budget in USD: {self._amount}_ ({told}; Enter takes it, Esc leaves it)"
        return self._told if self._clock() - self._told_at < _SHOWN_FOR else ""

    def _tell(self, what: str) -> None:
        self._told, self._told_at = what, self._clock()

    def _pause_or_go_on(self) -> str:
        control = self._control
        if control.paused:
            control.go_on()
            return "going on"
        control.pause()
        return "paused: those in flight finish, p goes on"

    def _more_at_once(self) -> str:
        now = self._now_at_once()
        return self._at_once(min(self._control.most, now + max(1, now // 4)))

    def _fewer_at_once(self) -> str:
        now = self._now_at_once()
        return self._at_once(max(1, now - max(1, now // 4)))

    def _now_at_once(self) -> int:
        return min(self._control.most, self._control.concurrency)

    def _at_once(self, samples: int) -> str:
        limit = " (no more here)" if samples == self._control.most else ""
        self._control.change_concurrency(samples)
        return f"{counted(samples, 'sample')} at once{limit}"

    def _ask_for_budget(self) -> str:
        if why := self._control.budget_fixed_because:
            return why
        self._amount = ""
        return ""

    def _explain(self) -> str:
        budget = ", b: budget" if self._control.budget_fixed_because is None else ""
        return f"p: pause, + and -: samples at once{budget}, Ctrl-C: stop"

    def _type(self, key: str) -> None:
        assert self._amount is not None
        if key in _ENTER:
            amount, self._amount = self._amount, None
            self._tell(self._take(amount) if amount else "")
        elif key == _ESCAPE:
            self._amount = None
            self._tell("")
        elif key in _RUBOUT:
            self._amount = self._amount[:-1]
        elif key in _IN_AMOUNT and len(self._amount) < _LONGEST_AMOUNT:
            self._amount += key

    def _take(self, amount: str) -> str:
        try:
            self._control.change_budget(float(amount_of(amount, "a budget of")))
        except SettingsError as error:
            return str(error)
        return f"budget {money(self._control.budget or 0)}"
