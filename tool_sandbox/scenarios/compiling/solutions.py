"""From a solution as written to a script that can be played, and how to trip each minefield."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve

from tool_sandbox.common.script import EndStep, SayStep, Script, ScriptedCall, Step, ToolStep, UserStep
from tool_sandbox.scenarios.compiling.values import Values
from tool_sandbox.scenarios.language.calls import Say, SolutionStep, ToolCalls
from tool_sandbox.scenarios.language.checks import WrittenMinefield
from tool_sandbox.scenarios.language.entries import Entry


def script_of(entry: Entry, values: Values) -> Script | None:
    """What the parties do in an entry; ``None`` when it has no solution.

    Raises:
        ScenarioError: The replies of the user do not fit the solution, or a value cannot be worked out.
    """
    if not entry.solution:
        return None
    agent, steps = _played(entry, entry.solution, "solution", values)
    return Script(
        steps,
        {node.id: _sabotage(entry, node, agent, values) for node in entry.minefields},
        also=tuple(_played(entry, other, "also", values)[1] for other in entry.also),
        right=entry.wordings.right,
        wrong=entry.wordings.wrong,
    )


def _played(
    entry: Entry, solution: Sequence[SolutionStep], key: str, values: Values
) -> tuple[tuple[ToolStep | SayStep, ...], tuple[Step, ...]]:
    """What the agent does, and what all parties do."""
    _check_talk(entry, solution, key)
    _check_offered(entry, solution, key)
    agent = _agent_steps(solution, values)
    return agent, tuple(_with_replies(agent, entry.user.replies))


def _check_talk(entry: Entry, solution: Sequence[SolutionStep], key: str) -> None:
    place = entry.place.inside(key)
    if not solution or not isinstance(solution[-1], Say):
        raise place.error("the last step must be a 'say': the user waits for an answer.")
    questions = sum(isinstance(step, Say) for step in solution) - 1
    if questions != len(entry.user.replies):
        raise entry.place.inside("user.replies").error(
            f"the solution speaks {questions} time(s) before its last step, so the user needs as many replies; "
            f"there are {len(entry.user.replies)}."
        )


def _agent_steps(steps: Sequence[SolutionStep], values: Values) -> tuple[ToolStep | SayStep, ...]:
    compiled: list[ToolStep | SayStep] = []
    earlier: frozenset[str] = frozenset()
    for step in steps:
        if isinstance(step, Say):
            compiled.append(SayStep(step.text))
            continue
        here = evolve(values, earlier=earlier)
        compiled.append(ToolStep(tuple(ScriptedCall(call.tool, here.mapping(call.arguments)) for call in step.calls)))
        earlier |= {call.tool for call in step.calls}
    return tuple(compiled)


def _check_offered(entry: Entry, solution: Sequence[SolutionStep], key: str) -> None:
    for position, step in enumerate(solution):
        for call in step.calls if isinstance(step, ToolCalls) else ():
            if (entry.tools and call.tool not in entry.tools) or call.tool in entry.without:
                sentence = f"{call.tool!r} is called, but this scenario does not offer it; add it to 'tools'."
                raise entry.at(key, position).error(sentence)


def _with_replies(agent: Sequence[ToolStep | SayStep], replies: Sequence[str]) -> Iterator[Step]:
    waiting = iter(replies)
    for step in agent:
        yield step
        if isinstance(step, SayStep):
            reply = next(waiting, None)
            yield EndStep() if reply is None else UserStep(reply)


def _sabotage(
    entry: Entry, node: WrittenMinefield, agent: Sequence[ToolStep | SayStep], values: Values
) -> tuple[Step, ...]:
    """How to trip a minefield: as written, or the solution up to the point where it goes wrong."""
    if node.sabotage is not None:
        return _agent_steps(node.sabotage, values)
    check = node.checks[0]
    if len(node.checks) == 1 and check.verb == "said":
        return (SayStep(check.said),)
    if len(node.checks) != 1 or check.verb not in ("called", "requested") or check.using is not None:
        raise node.place.error(
            f"it is not clear how to trip the minefield {node.id!r}; add 'sabotage', a list of steps like a solution."
        )
    if check.requested:
        return _with_wrong_arguments(agent, check.requested[0], {})
    steps = _with_wrong_arguments(agent, check.calls[0].tool, values.mapping(check.calls[0].arguments))
    plan = entry.trouble.get(check.calls[0].tool, ())
    again = sum(int(each.trouble.times) for each in plan if math.isfinite(each.trouble.times))
    return (*steps, *steps[-1:] * again)  # until it succeeds


def _with_wrong_arguments(
    agent: Sequence[ToolStep | SayStep], tool: str, arguments: Mapping[str, Any]
) -> tuple[ToolStep | SayStep, ...]:
    """The solution up to its first call of ``tool``, which then gets the wrong arguments."""
    for position, step in enumerate(agent):
        if isinstance(step, ToolStep):
            for call in step.calls:
                if call.name == tool:
                    wrong = ScriptedCall(tool, {**call.arguments, **arguments})
                    return (*agent[:position], ToolStep((wrong,)))
    return (ToolStep((ScriptedCall(tool, arguments),)),)
