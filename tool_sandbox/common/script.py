"""What the parties of a scenario say and do, written down as data: its solution, and how to trip its minefields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from attrs import Factory, define, evolve, field, frozen

from tool_sandbox import clock
from tool_sandbox.errors import ScenarioError

_VALUE = re.compile(r"\{(?P<tool>\w+)(?:\[(?P<call>-?\d+)\])?(?:\.(?P<take>\w+(?:\.\w+)*))?(?::(?P<form>[^{}]+))?\}")
_FORM_OF_TIME = re.compile("%-?[A-Za-z]")


@frozen
class Reference:
    """A value that is only known once an earlier tool call has answered.

    Args:
        tool: Whose result holds the value.
        take: Dotted path into the result, such as ``0.person_id``; empty for the result itself.
        call: Which call of that tool, counted from 0; -1 is the latest.
    """

    tool: str
    take: str = ""
    call: int = -1

    def resolve(self, results: Sequence[tuple[str, Any]]) -> Any:
        """Look the value up.

        Args:
            results: Tool name and result of every call so far, oldest first.

        Raises:
            ScenarioError: The tool was not called that often, or its result has no such part.
        """
        answers = [value for name, value in results if name == self.tool]
        try:
            return part_of(answers[self.call], self.take)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            message = f"{self} finds nothing in the {len(answers)} result(s) of {self.tool!r} so far."
            raise ScenarioError(message) from error

    def __str__(self) -> str:
        return f"{{from: {self.tool}, take: {self.take!r}}}"


def part_of(value: Any, path: str) -> Any:
    """Follow a dotted path of keys and list positions; the empty path is the value itself.

    Raises:
        KeyError, IndexError, TypeError, ValueError: The path leads nowhere.
    """
    for step in filter(None, path.split(".")):
        value = value[step] if isinstance(value, Mapping) else value[int(step)]
    return value


def _frozen_mapping(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(values))


@frozen
class ScriptedCall:
    """One tool call; argument values may be, or hold, a :class:`Reference`."""

    name: str
    arguments: Mapping[str, Any] = field(factory=dict, converter=_frozen_mapping)

    def references(self) -> Iterator[Reference]:
        """Every reference among the arguments."""
        return _references(dict(self.arguments))

    def resolved(self, results: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        """The arguments with references replaced by what ``results`` hold."""
        return {name: _resolved(value, results) for name, value in self.arguments.items()}

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied and pickled by name and arguments: a read-only mapping can be neither."""
        return ScriptedCall, (self.name, dict(self.arguments))


def _references(value: Any) -> Iterator[Reference]:
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _references(inner)


def filled(text: str, results: Sequence[tuple[str, Any]]) -> str:
    """A text with what tools returned in the place of ``{tool}``, ``{tool.path}``, ``{tool[0].path:.2f}``.

    After the colon stands a format of Python, for seconds also one of ``strftime``, in the world's zone. What is not
    known stays as it is.

    Args:
        text: A text, perhaps with such placeholders.
        results: Tool name and result of every call so far, oldest first.
    """

    def value(match: re.Match[str]) -> str:
        wanted = Reference(match["tool"], match["take"] or "", int(match["call"] or -1))
        try:
            return _formatted(wanted.resolve(results), match["form"] or "")
        except (ScenarioError, ValueError, TypeError):
            return match[0]

    return _VALUE.sub(value, text)


def _formatted(value: Any, form: str) -> str:
    if _FORM_OF_TIME.search(form):
        return datetime.fromtimestamp(float(value), clock.zone()).strftime(form)
    return format(value, form)


def _resolved(value: Any, results: Sequence[tuple[str, Any]]) -> Any:
    if isinstance(value, Reference):
        return value.resolve(results)
    if isinstance(value, str):
        return filled(value, results)
    if isinstance(value, Mapping):
        return {key: _resolved(inner, results) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_resolved(inner, results) for inner in value]
    return value


@frozen
class ToolStep:
    """The agent calls tools; several calls go out together."""

    calls: tuple[ScriptedCall, ...]


@frozen
class SayStep:
    """The agent speaks to the user; its text may have placeholders as in :func:`filled`."""

    text: str


@frozen
class UserStep:
    """The user answers the agent."""

    text: str


@frozen
class EndStep:
    """The user ends the conversation."""


Step = ToolStep | SayStep | UserStep | EndStep


@frozen
class WrongWording:
    """An answer that should not be paid.

    Args:
        text: The answer.
        at_most: What its milestone may be met to.
    """

    text: str
    at_most: float = 0.0


@frozen
class Proofs:
    """What shows that a scenario judges as it should; no part of what is played."""

    also: tuple[tuple[Step, ...], ...] = ()
    """Other solutions."""
    right: tuple[str, ...] = ()
    """Other last words that are as good."""
    wrong: tuple[WrongWording, ...] = ()
    """Last words that are wrong."""
    source: str | None = None
    """File and line, where they stand apart from the scenario."""


@define(eq=False)
class LaterProofs:
    """Proofs that are read once, when they are asked for. Copied and pickled as what was read."""

    _read: Callable[[], Proofs]
    _found: Proofs | None = None

    def __call__(self) -> Proofs:
        """What was read."""
        if self._found is None:
            self._found = self._read()
        return self._found

    def __reduce__(self) -> tuple[Any, ...]:
        return LaterProofs, (Proofs, self())


@frozen
class Script:
    """A solution as it is played, the other ways to solve it, and the ways to step on each minefield."""

    steps: tuple[Step, ...] = ()
    sabotage: Mapping[str, tuple[Step, ...]] = Factory(dict)
    """Minefield id → what the parties do to trip it."""
    proofs: Callable[[], Proofs] = field(default=Proofs, eq=False, repr=False)
    """Gives other solutions and other last words.

    Raises:
        ScenarioError: They are not written as they should be.
    """

    @property
    def also(self) -> tuple[tuple[Step, ...], ...]:
        """Other solutions."""
        return self.proofs().also

    @property
    def right(self) -> tuple[str, ...]:
        """Other last words that are as good."""
        return self.proofs().right

    @property
    def wrong(self) -> tuple[WrongWording, ...]:
        """Last words that are wrong."""
        return self.proofs().wrong

    def agent_steps(self) -> tuple[ToolStep | SayStep, ...]:
        """What the agent does, in order."""
        return tuple(step for step in self.steps if isinstance(step, (ToolStep, SayStep)))

    def user_texts(self) -> tuple[str, ...]:
        """What the user says after the opening message, in order."""
        return tuple(step.text for step in self.steps if isinstance(step, UserStep))

    def ending(self, text: str) -> Script:
        """The same script with other last words of the agent."""
        last = max(at for at, step in enumerate(self.steps) if isinstance(step, SayStep))
        return evolve(self, steps=(*self.steps[:last], SayStep(text), *self.steps[last + 1 :]))

    def last_words(self) -> str:
        """What the agent says last; empty when it says nothing."""
        return next((step.text for step in reversed(self.steps) if isinstance(step, SayStep)), "")

    def without(self, position: int) -> Script:
        """The same script, one step short.

        Args:
            position: Index into ``steps``. With the agent's question goes the user's reply to it.
        """
        steps = list(self.steps)
        dropped = steps.pop(position)
        if isinstance(dropped, SayStep) and position < len(steps) and isinstance(steps[position], UserStep):
            steps.pop(position)
        return evolve(self, steps=tuple(steps))

    def shortened(self) -> Iterator[tuple[str, Script]]:
        """The script without each one of the agent's steps and calls, and what is missing."""
        for position, step in enumerate(self.steps):
            if isinstance(step, SayStep):
                yield f"saying {step.text!r}", self.without(position)
            elif isinstance(step, ToolStep) and len(step.calls) == 1:
                yield f"calling {step.calls[0].name!r}", self.without(position)
            elif isinstance(step, ToolStep):
                for number, call in enumerate(step.calls):
                    calls = (*step.calls[:number], *step.calls[number + 1 :])
                    steps = (*self.steps[:position], ToolStep(calls), *self.steps[position + 1 :])
                    yield f"calling {call.name!r}", evolve(self, steps=steps)

    @property
    def can_be_played(self) -> bool:
        """Whether every reference is to a call that comes before it."""
        called: list[str] = []
        for step in self.steps:
            if not isinstance(step, ToolStep):
                continue
            for call in step.calls:
                for reference in call.references():
                    needed = reference.call + 1 if reference.call >= 0 else -reference.call
                    if called.count(reference.tool) < needed:
                        return False
            called.extend(call.name for call in step.calls)
        return True
