"""The assignments that need no bounds: every milestone fully met, or none of them at all.

Where all milestones can be fully met, the first such assignment in the order of visiting is the result: nothing has a
larger sum, and no other sum is the same but for rounding, because cells are compared in 32 bits. It is looked for from
message to message, and what lies behind those that serve is never compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from tool_sandbox.evaluation.matching.problem import MatchingProblem, State

Steps = tuple[tuple[int, int, float], ...]
"""(milestone, message, similarity), in the order in which they are reached."""

_MOST_IN_VAIN = 200
"""After so many states from which there was no way on, the search with bounds has to decide."""


def extreme_assignment(problem: MatchingProblem) -> tuple[Steps, float] | None:
    """The best assignment and its sum if they are known without bounds, else ``None``.

    Args:
        problem: The matching. No function of users may take part in it: an error, or a similarity that is not between
            0 and 1, would not be seen at messages that are never compared.
    """
    try:
        if steps := _Perfect(problem).steps():
            return steps, float(len(steps))
        return (_nowhere(problem), 0.0) if _is_nothing(problem) else None
    except Exception:  # noqa: BLE001 -- the search with bounds raises it, if it looks that far
        return None


class _TooManyError(Exception):
    """There are too many states from which there is no way on."""


class _Perfect:
    """The first assignment that meets every milestone fully."""

    def __init__(self, problem: MatchingProblem) -> None:
        self._problem = problem
        self._in_vain: set[State] = set()

    def steps(self) -> Steps | None:
        """The assignment; ``None`` where there is none."""
        return self._from(self._problem.start())

    def _from(self, state: State) -> Steps | None:
        if not state.remaining:
            return ()
        if state in self._in_vain:
            return None
        found = next(self._ways_on(state), None)
        if found is None:
            self._in_vain.add(state)
            if len(self._in_vain) > _MOST_IN_VAIN:
                raise _TooManyError
        return found

    def _ways_on(self, state: State) -> Iterator[Steps]:
        ways = []
        for node in self._problem.free(state.remaining):
            messages = self._messages(state, node)
            first = next(messages, None)
            if first is None:
                return
            ways.append((node, chain((first,), messages)))
        for node, messages in ways:
            for index in messages:
                steps = self._from(self._problem.after(state, node, index))
                if steps is not None:
                    yield ((node, index, 1.0), *steps)

    def _messages(self, state: State, node: int) -> Iterator[int]:
        """The messages that meet a free milestone fully."""
        problem = self._problem
        classes = dict(zip(problem.varying[node], problem.classes_in(state, node), strict=True))
        pointers = tuple([classes[reference] for reference in problem.pointers[node]])
        guards = [(problem.classes_seen(node, each), classes[each]) for each in problem.guards[node]]
        for at, index in enumerate(range(state.lowest, problem.last + 1), state.lowest - problem.first):
            if all(seen[at] == wanted for seen, wanted in guards) and problem.unguarded(node, index, pointers) == 1.0:
                yield index


def _is_nothing(problem: MatchingProblem) -> bool:
    """Whether no message meets any milestone at all."""
    messages = range(problem.first, problem.last + 1)
    return not any(
        problem.pointers[node] or any(problem.unguarded(node, index, ()) for index in messages)
        for node in problem.nodes
    )


def _nowhere(problem: MatchingProblem) -> Steps:
    """All milestones at the first message, in the order of visiting."""
    steps, remaining = [], problem.start().remaining
    while remaining:
        node = problem.free(remaining)[0]
        steps.append((node, problem.first, 0.0))
        remaining &= ~(1 << node)
    return tuple(steps)
