"""Scenario files that could be made of a conversation that was played, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from textwrap import indent
from typing import Any

from tool_sandbox.common.call_text import one_line
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.facts.verbs import GROUPS
from tool_sandbox.scenarios.conversion.text import written
from tool_sandbox.scenarios.drafting.calls import MadeCall
from tool_sandbox.scenarios.drafting.entry import flow, milestone, step_text
from tool_sandbox.scenarios.drafting.played import PlayedConversation, PlayedStep, parts_of

_NUMBER = re.compile(r"\d[\d.,:]*\d|\d")
_MOST_FACTS = 4
_MOST_WORDS = 40
_SHORTEST = 3
_SETTING = DatabaseNamespace.SETTING
_SWITCHES = {
    "wifi": "wi-fi",
    "cellular": "cellular",
    "location_service": "location",
    "low_battery_mode": "low battery mode",
}
"""Column → what facts call it."""


def played_texts(name: str, played: PlayedConversation, remarks: Mapping[int, Sequence[str]]) -> Iterator[str]:
    """Scenario files with one entry.

    Args:
        name: Of the scenario.
        played: What was played.
        remarks: Comments beside what the agent did, by message.
    """
    seen = set()
    for wanted, kinds in product(_wanted(played), _KINDS):
        text = _text(name, played, list(_nodes(played, wanted, kinds)), remarks)
        if text not in seen:
            seen.add(text)
            yield text


# -- what is to be reached ---------------------------------------------------------------------------------------------


def _wanted(played: PlayedConversation) -> list[list[int]]:
    """Which calls milestones stand for: those that changed something, those whose result was told, or all."""
    every = list(range(len(played.calls)))
    deeds = [number for number in every if played.calls[number].changed]
    telling = [number for number in every if _told_of(played, played.calls[number : number + 1], played.answer)]
    return [each for each in (deeds, telling, every, []) if each or not every]


def _nodes(played: PlayedConversation, wanted: Sequence[int], kinds: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Milestones for calls, and for what the agent says; not for questions, which are a means."""
    number = 0
    for step in played.steps:
        if step.call is not None:
            if number in wanted:
                yield milestone(number, played.calls, played.world)
            number += 1
        elif step is played.last_words:
            yield {"id": "told", **_said(played, step.words, kinds)}
        elif step.words and not step.words.rstrip().endswith("?"):
            yield {"id": f"said_before_{number + 1}", **_said(played, step.words, kinds)}


def _said(played: PlayedConversation, words: str, kinds: Sequence[str]) -> dict[str, Any]:
    facts = [fact for kind in kinds for fact in _FACTS[kind](played, words)]
    return {"said": words, **({"facts": facts} if facts else {})}


def _deeds(played: PlayedConversation, words: str) -> Iterator[dict[str, str]]:
    """The switches that are other than they were, or the verbs that say that something was done."""
    changed = {table for call in played.calls for table in call.changed}
    if changed == {_SETTING}:
        before, after = (played.calls[at] for at in (0, -1))
        for column, name in _SWITCHES.items():
            if before.before[_SETTING][0][column] != (on := after.after[_SETTING][0][column]):
                yield {"on" if on else "off": name}
    elif changed - {_SETTING}:
        every = re.findall(r"[a-z]+", words.lower())
        yield from ({"done": word} for word in every[:_MOST_WORDS] if _says_done(word))


def _says_done(word: str) -> bool:
    return any(re.fullmatch(form, word) for group in GROUPS for form in group.done)


def _values(played: PlayedConversation, words: str) -> list[str]:
    """What results held, the words tell, and the user did not know; the longest first."""
    return _told_of(played, played.calls, words)[:_MOST_FACTS]


def _told_of(played: PlayedConversation, calls: Sequence[MadeCall], words: str) -> list[str]:
    answer, heard = words.lower(), _heard(played).lower()
    parts = {str(part) for call in calls for _, part in parts_of(call.result) if not isinstance(part, bool)}
    found = [part for part in parts if len(part) >= _SHORTEST and part.lower() in answer and part.lower() not in heard]
    return sorted(found, key=lambda part: (-len(part), part))


def _numbers(played: PlayedConversation, words: str) -> list[str]:
    """The numbers that the user did not say."""
    return [each for each in _NUMBER.findall(words) if each not in _heard(played)][:_MOST_FACTS]


_FACTS: Mapping[str, Callable[[PlayedConversation, str], Iterable[Any]]] = {
    "deeds": _deeds,
    "values": _values,
    "numbers": _numbers,
}
"""Kinds of facts that words could have to hold."""
_KINDS = (("deeds",), ("deeds", "values"), ("values",), ("deeds", "numbers"), ("numbers",), ())
"""Which of them, the likeliest first."""


def _heard(played: PlayedConversation) -> str:
    return " ".join((played.knows, played.says, *played.replies))


# -- as text -----------------------------------------------------------------------------------------------------------


def _text(
    name: str, played: PlayedConversation, nodes: Sequence[Mapping[str, Any]], remarks: Mapping[int, Sequence[str]]
) -> str:
    lines = [
        f"- name: {name}",
        f"  world: {played.world.name}",
        "  user:",
        f"    knows: {flow(played.knows)}",
        f"    says: {flow(played.says)}",
        *([f"    replies: {flow(list(played.replies))}"] if _replies(played) else []),
        *_offered(played),
        f"  milestones:{'' if nodes else ' []'} # what must have happened, in this order",
        *(f"    - {flow(dict(node))}" for node in nodes),
        *_solution(played, remarks),
    ]
    entry = "\n".join(lines) + "\n"
    if not played.new_worlds:
        return entry
    return written(played.new_worlds, []).replace("scenarios: []\n", f"scenarios:\n{indent(entry, '  ')}")


def _replies(played: PlayedConversation) -> bool:
    """Whether a solution leaves room for them: one for each thing that the agent says before its last words."""
    return bool(played.replies) and len(played.replies) < sum(bool(step.words) for step in played.steps)


def _offered(played: PlayedConversation) -> list[str]:
    if not played.tools or set(played.tools) == {call.tool for call in played.calls}:
        return []
    return [f"  tools: {flow(list(played.tools))}"]


def _solution(played: PlayedConversation, remarks: Mapping[int, Sequence[str]]) -> Iterator[str]:
    done = any(step.call or step.words for step in played.steps)
    yield "  solution: # what a perfect agent does" if done else "  # solution: # write what a perfect agent does"
    for step in played.steps:
        yield from (f"    # to be corrected: {one_line(each)}" for at in step.messages for each in remarks.get(at, ()))
        yield _step(step)


def _step(step: PlayedStep) -> str:
    if step.failed:
        return f"    # left out, as it failed: {one_line(step.failed)}"
    return f"    - {step_text(step.call)}" if step.call else f"    - say: {flow(step.words)}"
