"""The probes that ask a model: for a word, for a call, for what it makes of the result, for two calls, for a stream."""

from __future__ import annotations

import json
from typing import Any

from tool_sandbox.common.counted import counted
from tool_sandbox.llm.chat import ChatResponse, ToolCall
from tool_sandbox.llm.probes import questions
from tool_sandbox.llm.probes.finding import Finding, note, ok, problem
from tool_sandbox.llm.probes.servers import how_to_serve_tools, look_at, own_base, served_name, without_native_tools
from tool_sandbox.llm.probes.subject import Evidence

_LONGEST_QUOTE = 80


async def server(evidence: Evidence) -> Finding | None:
    """What a server of one's own says of itself."""
    subject = evidence.subject
    if own_base(subject.model, subject.connection) is None:
        return None
    found = evidence.server = await look_at(subject.model, subject.connection)
    if found is None:
        return note("it does not say what it serves")
    name, software = served_name(subject.model), found.software or "a server"
    if not found.serves(name):
        return note(f"{software} serves {found.listing}, not {name!r}")
    if found.shows_tools is False:
        what = f"the chat template with which {software} serves {name!r} has no place for tools"
        return note(what, how_to_serve_tools(found, subject.model))
    return ok(f"{software} serves {found.listing}")


async def answer(evidence: Evidence) -> Finding:
    """Whether the model answers at all."""
    subject = evidence.subject
    response = await evidence.ask("answer", questions.word(subject.model, subject.settings))
    who = f" as {response.model!r}" if response.model not in ("", subject.model, served_name(subject.model)) else ""
    if (response.text or "").strip():
        return ok(f"it says {_quoted(response.text)}{who}")
    advice = "give it more room with --max-tokens" if response.finish_reason == "length" else None
    return note(f"its answer is empty (finish reason {response.finish_reason!r})", advice)


async def tool_call(evidence: Evidence) -> Finding:
    """Whether the model calls a tool when only the tool knows the answer."""
    subject = evidence.subject
    return _judged(await evidence.ask("tool call", questions.call(subject.model, subject.settings)), evidence)


async def prompted_tool_call(evidence: Evidence) -> Finding | None:
    """Whether it helps to describe the tools in the prompt, where the model cannot call them otherwise."""
    subject, native = evidence.subject, evidence.answers.get("tool call")
    before = evidence.findings.get("tool call")
    if before is None or not before.is_problem or (native is not None and _is_prompted(native)):
        return None
    response = await evidence.ask("prompted", questions.call(subject.model, subject.settings), prompted=True)
    if not response.tool_calls:
        return note("it calls no tool either when they are described in its prompt", "take another model")
    return ok(f"with {without_native_tools(subject.model)} it calls {_shown(response.tool_calls[0])}")


async def tool_result(evidence: Evidence) -> Finding | None:
    """Whether the model takes the result of its call and answers from it."""
    subject, called = evidence.subject, evidence.answers.get("tool call")
    if called is None or not called.tool_calls:
        return None
    response = await evidence.ask("tool result", questions.result(subject.model, subject.settings, called))
    if questions.TEMPERATURE in (response.text or ""):
        return ok(f"it answers from it: {_quoted(response.text)}")
    if response.tool_calls:
        return note(f"given the result, it calls again: {_shown(response.tool_calls[0])}")
    return note(f"given the result {questions.TEMPERATURE}, it says {_quoted(response.text)}")


async def parallel_calls(evidence: Evidence) -> Finding | None:
    """Whether the model makes two calls in one turn."""
    subject = evidence.subject
    if not _calls_tools(evidence):
        return None
    response = await evidence.ask("parallel calls", questions.two_calls(subject.model, subject.settings))
    made = len(response.tool_calls)
    if made > 1:
        return ok(f"{counted(made, 'call')} in one turn")
    return note(f"{counted(made, 'call')} in a turn when asked for two; its conversations take more turns")


async def streaming(evidence: Evidence) -> Finding:
    """Whether a streamed answer can be put together; a run streams with ``--param stream=true`` only."""
    subject = evidence.subject
    calls = _calls_tools(evidence)
    ask = questions.call if calls else questions.word
    response = await evidence.ask("streaming", ask(subject.model, subject.settings, stream=True))
    if off := next((each for each in response.adjustments if each.startswith("stream=")), None):
        return note(off)
    if calls and not response.tool_calls:
        return note("a streamed answer loses the tool call", "leave --param stream=true out")
    return ok("a streamed tool call comes whole" if calls else "a streamed answer comes whole")


def _judged(response: ChatResponse, evidence: Evidence) -> Finding:
    """What to make of the answer to a question that asks for a call."""
    subject = evidence.subject
    if response.tool_calls:
        first = response.tool_calls[0]
        if first.name != questions.TOOL_NAME:
            return note(f"it calls {_shown(first)}, although there is only {questions.TOOL_NAME}")
        if not isinstance(_arguments(first), dict):
            return note(f"it calls {_shown(first)}, whose arguments are no JSON object")
        return ok(f"it calls {_shown(first)}")
    if response.parse_losses:
        what = f"its call comes as text, which nobody reads: {_quoted(response.text)}"
        return problem(what, how_to_serve_tools(evidence.server, subject.model))
    what = f"it calls no tool and says {_quoted(response.text)}"
    if own_base(subject.model, subject.connection) is not None and not subject.is_served_here:
        return problem(what, how_to_serve_tools(evidence.server, subject.model))
    return problem(what, f"describe the tools in the prompt with {without_native_tools(subject.model)}")


def _calls_tools(evidence: Evidence) -> bool:
    called = evidence.answers.get("tool call")
    return called is not None and bool(called.tool_calls)


def _is_prompted(response: ChatResponse) -> bool:
    return any(each.startswith("tools: described in the prompt") for each in response.adjustments)


def _shown(call: ToolCall) -> str:
    return _shortened(" ".join(f"{call.name}({call.arguments})".split()))


def _arguments(call: ToolCall) -> Any:
    try:
        return json.loads(call.arguments)
    except ValueError:
        return None


def _quoted(text: str | None) -> str:
    return repr(_shortened(" ".join((text or "").split())))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"
