"""The bundled suite in fresh worlds: nothing is left to be known by heart, and every solution still holds.

Each seed plays the solutions of another ninth of the entries; `tool_sandbox check --world-seed N` proves all of them.
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
from tool_sandbox.scenarios.library import DATA, Library, bundled, scenario_files
from tool_sandbox.scenarios.seeding import people
from tool_sandbox.scenarios.seeding.people import names_of
from tool_sandbox.scenarios.seeding.phones import other_phones
from tool_sandbox.scenarios.seeding.variation import texts_of

SEEDS = range(1, 10)
SUITE = {name for names in people.listed()["suite"].values() for name in names}
APART = re.compile(r"(?<=\d)[ .()-]+(?=\d)")
PHONE = re.compile(r"\+\d{9,}")


@cache
def written() -> Library:
    return bundled()


def ninth(library: Library, seed: int) -> Iterator[tuple[str, Scenario, frozenset[str]]]:
    """Every ninth entry as a scenario, and what it pins."""
    compiler = library.compiler()
    for entry in library.entries[seed % len(SEEDS) :: len(SEEDS)]:
        yield entry.name, compiler.scenario(entry), frozenset(entry.pinned)


def told(scenario: Scenario) -> str:
    """Everything of a scenario that is said, known or found in it."""
    context, script = scenario.starting_context, scenario.script or Script()
    rows = [dict(row) for name in ("CONTACT", "MESSAGING", "REMINDER") for row in context.rows(name)]
    said = [row["content"] for row in context.log()[-2:]]
    proofs = [str(script.also), script.right, str(script.wrong), str(script.sabotage)]
    return json.dumps([rows, said, str(script.steps), proofs], ensure_ascii=False, default=str)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_suite_holds_in_a_fresh_world_and_nothing_of_it_is_known(seed: int) -> None:
    fresh = ninth(bundled(seed=seed), seed)
    before = {name: scenario for name, scenario, _ in ninth(written(), seed)}
    wrong: dict[str, list[str]] = {}
    for name, scenario, pinned in fresh:
        words = set(re.findall(r"\w+", told(scenario)))
        left = (SUITE & words) - pinned
        numbers = {each for each in PHONE.findall(told(before[name])) if other_phones(1, each) != each}
        digits = APART.sub("", told(scenario))
        left |= {number for number in numbers if number[-8:] in digits}
        if "dates" not in pinned and scenario.clock == before[name].clock:
            left.add("the time")
        script = scenario.script
        if script and play(scenario, OracleModel(script), script).result.similarity < 1 - 1e-9:
            left.add("a solution that does not hold")
        if left:
            wrong[name] = sorted(left)
    assert wrong == {}


def test_every_name_of_the_bundled_people_has_others_to_become() -> None:
    worlds = read_file(DATA / "worlds.yaml").content["worlds"]
    pinned = {name for world in worlds.values() for name in world.get("pinned", ())}
    whole = {each["name"] for world in worlds.values() for each in (world.get("people") or {}).values() if each}
    unknown = {name for person in whole for name in names_of(person)} - {
        w for name in SUITE for w in (name, *name.split())
    }
    assert unknown - pinned == set(), "add them to 'suite' in names.json, or to 'pinned' of their world"


def test_no_spare_name_is_used_in_the_bundled_files() -> None:
    files = [*scenario_files(DATA), *DATA.glob("*.proofs.yaml")]
    words = {word for file in files for text in texts_of(read_file(file).content) for word in re.findall(r"\w+", text)}
    spare = {name for names in people.listed()["spare"].values() for name in names}
    assert spare & words == set(), "take them from 'spare' to 'suite' in names.json"
