"""From a solution as written to a script that can be played, and how to trip each minefield."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from attrs import evolve

from tool_sandbox.common.script import (
    EndStep,
    LaterProofs,
    Proofs,
    SayStep,
    Script,
    ScriptedCall,
    Step,
    ToolStep,
    UserStep,
)
from tool_sandbox.scenarios.compiling.values import Values
from tool_sandbox.scenarios.language.calls import Say, SolutionStep, ToolCalls
from tool_sandbox.scenarios.language.checks import Check, WrittenMinefield
from tool_sandbox.scenarios.language.document import Place
from tool_sandbox.scenarios.language.entries import PROOFS, Entry


def script_of(entry: Entry, values: Values) -> Script | None:
    """What the parties do in an entry; ``None`` when it has no solution.

    Raises:
        ScenarioError: The replies of the user do not fit the solution, or a value cannot be worked out.
    """
    if not entry.solution:
        return None
    agent = _checked(entry, entry.solution, partial(entry.at, "solution"), values)
    proofs: Callable[[], Proofs] = LaterProofs(partial(_proofs, entry, values))
    if not entry.is_proved_beside:
        proofs()
    return Script(
        tuple(_with_replies(agent, entry.user.replies)),
        {node.id: _sabotage(entry, node, agent, values) for node in entry.minefields},
        proofs=proofs,
    )


def _proofs(entry: Entry, values: Values) -> Proofs:
    """Other solutions as they are played, and other last words, from wherever they stand."""
    also, wordings = (entry.proofs()[key] for key in PROOFS)
    solutions = [
        _checked(entry, steps, partial(also.at, "also", number), values) for number, steps in enumerate(also.also)
    ]
    beside = next((each.place for each in (wordings, also) if each is not entry), None)
    return Proofs(
        also=tuple(tuple(_with_replies(agent, entry.user.replies)) for agent in solutions),
        right=wordings.wordings.right,
        wrong=wordings.wordings.wrong,
        source=None if beside is None else f"{beside.file}:{beside.line}",
    )


def last_words(entry: Entry, solution: Sequence[SolutionStep]) -> str | None:
    """What the agent says last: the last step or, when that is no ``say``, the sentence of the last ``said``.

    ``None`` when there is neither, and when that sentence cannot be the last words as it is.
    """
    if not solution:
        return None
    if isinstance(solution[-1], Say):
        return solution[-1].text
    said = _last_said(entry)
    return None if said is None or _why_not_last(said, solution) else said.said


def _checked(
    entry: Entry, solution: Sequence[SolutionStep], at: Callable[..., Place], values: Values
) -> tuple[ToolStep | SayStep, ...]:
    """What the agent does, up to its last words; ``at`` gives the place of a step."""
    words = last_words(entry, solution)
    if words is None:
        raise at().error(_unanswered(entry, solution))
    before = [*solution[:-1]] if isinstance(solution[-1], Say) else [*solution]
    _check_replies(entry, sum(isinstance(step, Say) for step in before))
    _check_offered(entry, solution, at)
    return (*_agent_steps(before, values), SayStep(words))


def _last_said(entry: Entry) -> Check | None:
    checks = (check for node in reversed(entry.milestones) for check in reversed(node.checks))
    return next((check for check in checks if check.verb == "said"), None)


def _why_not_last(said: Check, solution: Sequence[SolutionStep]) -> str:
    if said.using is not None:
        return "has values to be filled in"
    return "is said before" if any(isinstance(step, Say) and step.text == said.said for step in solution) else ""


def _unanswered(entry: Entry, solution: Sequence[SolutionStep]) -> str:
    said = _last_said(entry)
    if not solution or said is None:
        reason = "no milestone has a 'said' from which to take it"
    else:
        reason = f"{said.said!r}, the last 'said', {_why_not_last(said, solution)}"
    return f"the last step must be a 'say': the user waits for an answer, and {reason}."


def _check_replies(entry: Entry, questions: int) -> None:
    if questions != len(entry.user.replies):
        raise entry.place.inside("user.replies").error(
            f"the solution speaks {questions} time(s) before its last words, so the user needs as many replies; "
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


def _check_offered(entry: Entry, solution: Sequence[SolutionStep], at: Callable[..., Place]) -> None:
    offered = needed_tools(entry)
    for position, step in enumerate(solution):
        for call in step.calls if isinstance(step, ToolCalls) else ():
            if call.tool not in offered or call.tool in entry.without:
                sentence = f"{call.tool!r} is called, but this scenario does not offer it; {_advice(entry, call.tool)}."
                raise at(position).error(sentence)


def _advice(entry: Entry, tool: str) -> str:
    if entry.tools or tool in entry.without:
        return "add it to 'tools'"
    return f"write tools: [{', '.join([*needed_tools(entry), tool])}]"


def needed_tools(entry: Entry) -> list[str]:
    """The tools an entry names, else those its solution calls, in order."""
    if entry.tools:
        return list(dict.fromkeys(entry.tools))
    calls = (call for step in entry.solution if isinstance(step, ToolCalls) for call in step.calls)
    needed = list(dict.fromkeys(call.tool for call in calls))
    if not needed and not entry.solution:
        raise entry.place.error("without a 'solution' the key 'tools' must say which tools are needed.")
    return needed


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
