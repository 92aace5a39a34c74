"""The bundled suite in fresh worlds: nothing is left to be known by heart, and every solution still holds.

Each seed plays the solutions of another part of the entries, and there are few seeds, since reading the suite anew
takes longest; `tool_sandbox check --world-seed N` proves all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.script import Script
from tool_sandbox.llm.scripted import OracleModel
from tool_sandbox.runs.scripted_play import play
from tool_sandbox.scenarios.language.document import read_file
from tool_sandbox.scenarios.library import DATA, Library, bundled
from tool_sandbox.scenarios.seeding.people import listed, names_of
from tool_sandbox.scenarios.seeding.phones import other_phones
from tool_sandbox.scenarios.seeding.things import things

SEEDS = range(1, 5)
WORLDS = read_file(DATA / "worlds.yaml").content["worlds"]
PINNED = {name for world in WORLDS.values() for name in world.get("pinned", ())}
PEOPLE = {each["name"] for world in WORLDS.values() for each in (world.get("people") or {}).values() if each}
LISTED = {name for names in listed()["suite"].values() for name in names}
IN_ROWS = {word for name in LISTED if " " in name for word in name.split()}
NAMES = (LISTED | {name for person in PEOPLE for name in names_of(person)}) - PINNED - IN_ROWS
THINGS = {form for here, *_ in things() for form in here if " " not in form}
APART = re.compile(r"(?<=\d)[ .()-]+(?=\d)")
PHONE = re.compile(r"\+\d{9,}")


@cache
def written() -> Library:
    return bundled()


def part(library: Library, seed: int) -> Iterator[tuple[str, Scenario, frozenset[str]]]:
    """A part of the entries as scenarios, and what may stand in each: what it pins, and what it lets vary itself."""
    compiler = library.compiler()
    for entry in library.entries[seed % len(SEEDS) :: len(SEEDS)]:
        yield entry.name, compiler.scenario(entry), frozenset((*entry.pinned, *re.findall(r"\w+", str(entry.vary))))


def told(scenario: Scenario) -> str:
    """Everything of a scenario that is said, known or found in it."""
    context, script = scenario.starting_context, scenario.script or Script()
    rows = [dict(row) for name in ("CONTACT", "MESSAGING", "REMINDER") for row in context.rows(name)]
    said = [row["content"] for row in context.log()[-2:]]
    proofs = [str(script.also), script.right, str(script.wrong), str(list(script.sabotage.values()))]
    return json.dumps([rows, said, str(script.steps), proofs], ensure_ascii=False, default=str)


def asked(scenario: Scenario) -> str:
    """The first words of the user."""
    return str(scenario.starting_context.log()[-1]["content"])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_suite_holds_in_a_fresh_world_and_nothing_of_it_is_known(seed: int) -> None:
    fresh = part(bundled(seed=seed), seed)
    before = {name: scenario for name, scenario, _ in part(written(), seed)}
    wrong: dict[str, list[str]] = {}
    asked_alike = 0
    for name, scenario, pinned in fresh:
        words = set(re.findall(r"\w+", told(scenario)))
        left = ((NAMES | THINGS) & words) - pinned
        numbers = {each for each in PHONE.findall(told(before[name])) if other_phones(1, each) != each}
        digits = APART.sub("", told(scenario))
        left |= {number for number in numbers if number[-10 if number[1] == "1" else -9 :] in digits}
        if "dates" not in pinned and scenario.clock == before[name].clock:
            left.add("the time")
        script = scenario.script
        if script and play(scenario, OracleModel(script), script).result.similarity < 1 - 1e-9:
            left.add("a solution that does not hold")
        if left:
            wrong[name] = sorted(left)
        asked_alike += asked(scenario) == asked(before[name])
    assert wrong == {}
    assert asked_alike < len(before) / 2
