"""What took points, and what became of each milestone."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

from attrs import frozen


class Reason(StrEnum):
    """What took points, as a word that programs can count."""

    meaning: str
    """It in a few words."""

    def __new__(cls, word: str, meaning: str = "") -> Self:
        """A reason by its word."""
        made = str.__new__(cls, word)
        made._value_ = word
        made.meaning = meaning
        return made

    NOT_CALLED = "not_called", "the tool was not called"
    FAILED_CALL = "failed_call", "the tool was called, and each call ended in an error"
    ARGUMENT = "argument", "the tool was called with another argument"
    RESULT = "result", "the call gave something else than it should"
    NOT_SAID = "not_said", "the user heard nothing"
    FACT = "fact", "a text leaves out what it should say"
    CONTRADICTION = "contradiction", "a text says something wrong"
    WORDING = "wording", "a text is worded unlike the wanted one"
    COLUMN = "column", "a cell of a table holds something else"
    ROWS = "rows", "a table has more or fewer rows than it should, or none came, changed or went"
    GUARD = "guard", "a table changed that should not have"
    ORDER = "order", "it happened before or after something that it should have followed or preceded"
    TOGETHER = "together", "every part was met, but never at one message"
    UNDONE = "undone", "words report what did not happen, or nothing came of a look-up"
    UNASKED = "unasked", "something is different in the end that nobody asked for"
    FORBIDDEN = "forbidden", "a minefield was hit"
    OTHER = "other", "a user's own function says so"


class Party(StrEnum):
    """Who can lose points."""

    AGENT = "agent"
    USER = "user"
    SCENARIO = "scenario"
    TOOL = "tool"


@frozen
class Fault:
    """Whose fault a loss is.

    Args:
        party: Whose.
        why: What the record says about it; empty where nothing points away from the agent.
    """

    party: Party = Party.AGENT
    why: str = ""


@frozen(kw_only=True)
class Loss:
    """One thing that took points."""

    reason: Reason
    where: str = ""
    """Table and column, tool and argument, or milestone that it is about, such as ``setting.cellular``."""
    text: str
    """In plain words."""
    wanted: Any = None
    """The wanted value, where there is one."""
    found: Any = None
    """The nearest value that was found."""
    similarity: float = 0.0
    """How near that is, in [0, 1]."""
    messages: tuple[int, ...] = ()
    """The messages that took them, where that is not the one that comes nearest."""

    def __str__(self) -> str:
        return self.text


@frozen(kw_only=True)
class NodeExplanation:
    """What became of one milestone, of one minefield, or of one change that nobody asked for."""

    number: int
    """Its position, as in ``milestone_mapping``."""
    name: str
    """Its id; its position where it has none."""
    similarity: float
    """How well it was met by itself, in [0, 1]."""
    credit: float
    """What it counts for, in [0, 1]."""
    message: int | None = None
    """The message that met it, or comes nearest; ``None`` where nothing does."""
    shown: str = ""
    """That message as people write it: the call, or the words."""
    losses: tuple[Loss, ...] = ()
    """What took the rest, the weightiest first; empty when it is met, and for a minefield that was not hit."""
    fault: Fault = Fault()
    """Whose fault the losses are, where there are any."""

    @property
    def is_met(self) -> bool:
        """Whether it counts in full."""
        return not self.losses

    def in_words(self) -> str:
        """The nearest message and what took points."""
        place = "" if self.message is None else f"[{self.message}] {self.shown}"
        return "  ".join(filter(None, [place, "; ".join(map(str, self.losses))]))

    def to_record(self) -> dict[str, Any]:
        """The compact form in ``results.jsonl``: enough to count reasons over a run."""
        loss = self.losses[0] if self.losses else None
        return {
            "id": self.name,
            "similarity": self.similarity,
            "credit": self.credit,
            "message": self.message,
            "reason": str(loss.reason) if loss else None,
            "where": loss.where if loss else None,
            "text": loss.text if loss else None,
            "fault": str(self.fault.party) if loss else None,
        }
