"""What has happened before a message: what was there, what is new, and which tools told something."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from attrs import define

from tool_sandbox.common.tool_effects import LOOK_UP, WRITTEN_BY
from tool_sandbox.common.vocabulary import DatabaseNamespace

if TYPE_CHECKING:
    from tool_sandbox.evaluation.comparing.views import View
    from tool_sandbox.evaluation.facts.surroundings import Surroundings

Row = Mapping[str, Any]

_WRITTEN = {
    "send": DatabaseNamespace.MESSAGING,
    "remind": DatabaseNamespace.REMINDER,
    "move": DatabaseNamespace.REMINDER,
    "save": DatabaseNamespace.CONTACT,
}
_NO_DIGIT = re.compile(r"\D")
_TOLD_APART = 7
"""So many digits at its end make a phone number another one."""


class Views(Protocol):
    """A trajectory, as far as tables are looked at."""

    @property
    def first_user_index(self) -> int:
        """The message with which it begins."""
        ...

    def view(self, namespace: str, index: int) -> View:
        """The table's visible rows at a message."""
        ...


@define(eq=False)
class Past:
    """What came before a message, and what has changed since the user's first.

    Args:
        trajectory: The trajectory.
        index: The message.
    """

    trajectory: Views
    index: int

    def before(self, namespace: str) -> Sequence[Row]:
        """The rows of a table at the beginning."""
        return self.trajectory.view(namespace, self.trajectory.first_user_index).rows

    def now(self, namespace: str) -> Sequence[Row]:
        """The rows of a table at the message."""
        return self.trajectory.view(namespace, self.index).rows

    def new(self, namespace: str) -> list[Row]:
        """The rows of a table that were not so at the beginning."""
        before = self.before(namespace)
        return [row for row in self.now(namespace) if row not in before]

    def changed(self, namespace: str) -> list[Row]:
        """The rows of a table that are new, or were there and are no longer so."""
        now = self.now(namespace)
        return [*self.new(namespace), *(row for row in self.before(namespace) if row not in now)]

    def unchanged(self, namespace: str) -> list[Row]:
        """The rows of a table that are as they were."""
        before = self.before(namespace)
        return [row for row in self.now(namespace) if row in before]

    def has_done(self, deed: str) -> bool:
        """Whether a deed shows in the tables: "send", "remind", or of a contact "save", "create" or "remove"."""
        if deed in _WRITTEN:
            return bool(self.new(_WRITTEN[deed]))
        before, now = (
            {row["person_id"] for row in rows(DatabaseNamespace.CONTACT)} for rows in (self.before, self.now)
        )
        return bool(now - before if deed == "create" else before - now)

    @cached_property
    def told(self) -> frozenset[str]:
        """The phone numbers to which something was sent."""
        return frozenset(str(row["recipient_phone_number"]) for row in self.new(DatabaseNamespace.MESSAGING))

    def numbers_of(self, names: frozenset[str]) -> frozenset[str]:
        """The phone numbers that people with these names have or had."""
        return frozenset(str(row["phone_number"]) for row in self._everybody() if row["name"] in names)

    @cached_property
    def called(self) -> frozenset[str]:
        """The names of the tools that returned something."""
        traces = (trace for row in self._log() for trace in row["tool_trace"] or ())
        return frozenset(str(json.loads(trace).get("tool_name")) for trace in traces)

    @cached_property
    def is_known(self) -> bool:
        """Whether only tools of ours were called; what one of the user's own does, nobody knows."""
        return self.called <= LOOK_UP | WRITTEN_BY.keys()

    def knows(self, number: str, surroundings: Surroundings) -> bool:
        """Whether a phone number stands in the contacts, or in what was said, returned or asked for."""
        return number.lstrip("+0")[-_TOLD_APART:] in self._digits + _digits_of(
            *surroundings.heard, *surroundings.written
        )

    @cached_property
    def texts(self) -> str:
        """What was said and returned, and what stands in the tables of messages and reminders."""
        rows = (*self._log(), *self.before(DatabaseNamespace.MESSAGING), *self.now(DatabaseNamespace.MESSAGING))
        reminders = (*self.before(DatabaseNamespace.REMINDER), *self.now(DatabaseNamespace.REMINDER))
        stamps = (str(row[name]) for row in reminders for name in ("creation_timestamp", "reminder_timestamp"))
        sent = (str(row.get("creation_timestamp")) for row in rows)
        return "\n".join((*(str(row["content"]) for row in (*rows, *reminders)), *stamps, *sent))

    @cached_property
    def _digits(self) -> str:
        said = (str(row["content"]) for row in self._log())
        return _digits_of(*said, *(str(row["phone_number"]) for row in self._everybody()))

    def _everybody(self) -> Iterator[Row]:
        yield from self.before(DatabaseNamespace.CONTACT)
        yield from self.now(DatabaseNamespace.CONTACT)

    def _log(self) -> Iterator[Row]:
        for index in range(self.trajectory.first_user_index, self.index):
            yield from self.trajectory.view(DatabaseNamespace.SANDBOX, index).rows


def _digits_of(*texts: str) -> str:
    """The digits of texts, with a space behind each of them."""
    return "".join(f"{_NO_DIGIT.sub('', text)} " for text in texts)
