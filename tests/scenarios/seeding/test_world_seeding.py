from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.script import Script
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.errors import ScenarioError
from tool_sandbox.runs.check import check_scenarios
from tool_sandbox.runs.digests import digest_of
from tool_sandbox.scenarios.library import from_files
from tool_sandbox.scenarios.sources import load

SUITE = """
worlds:
  cabin:
    now: "2026-06-15 08:00"
    zone: Europe/Stockholm
    pinned: {Tusse: The cat keeps its name.}
    people:
      me: {name: Ines Fagerhult, phone_number: "+46701740605", relationship: self, is_self: true}
      rut: {name: Rut Fagerhult, phone_number: "+46701740611", relationship: aunt}
      cat: {name: Tusse Katt, phone_number: "+46701740620", relationship: cat}
    messages:
      boat: {from: rut, to: me, content: "Ines, the boat is due on 19 June", sent: yesterday 20:00}
scenarios:
  - name: answer_aunt
    world: cabin
    vary: [[seven, "7 pm"], [eight, "8 pm"], [nine, "9 pm"]]
    pinned: {boat: It has no other word.}
    user:
      knows: Your aunt is Rut Fagerhult, +46 70 174 06 11. You come on June 19 at seven.
      says: Tell rut I'll bring the boat at seven on the 19th of June
    milestones:
      - id: sent
        added:
          messaging:
            recipient_phone_number: {world: rut.phone_number}
            content: {text: At seven on June 19, facts: [[seven, "7 pm"], June 19]}
      - {id: told, said: I told Rut Fagerhult., facts: {done: sent}}
    minefields:
      - {id: cat, called: {send_message_with_phone_number: {phone_number: {world: cat.phone_number}}}}
    solution:
      - search_contacts: {name: Rut}
      - send_message_with_phone_number:
          phone_number: {from: search_contacts, take: 0.phone_number}
          content: "I'll come at seven on June 19, 2026"
      - say: I told Rut Fagerhult.
    wordings:
      right: [Rut knows that you come at 7 pm., "I texted Rut Fagerhult (+46 70 174 06 11): At seven on June 19"]
      wrong: [I could not tell Rut., I told Tusse that you come at seven.]
"""


def file(folder: Path, text: str = SUITE) -> Path:
    path = folder / "mine.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    return path


def seeded(folder: Path, seed: int, text: str = SUITE) -> Scenario:
    (scenario,) = from_files([file(folder, text)], seed=seed).scenarios().values()
    return scenario


def told(scenario: Scenario) -> str:
    """Everything of a scenario that a model or its user can see."""
    context = scenario.starting_context
    rows = [dict(row) for name in ("CONTACT", "MESSAGING", "REMINDER") for row in context.rows(name)]
    texts = [row["content"] for row in context.log() if row["sender"] != RoleType.SYSTEM or row["recipient"] == "USER"]
    script = scenario.script or Script()
    return json.dumps([rows, texts[-2:], str(script), script.right, str(script.wrong)], ensure_ascii=False)


@pytest.mark.parametrize("seed", range(5))
def test_a_fresh_world_holds_as_the_one_that_is_written(tmp_path: Path, seed: int) -> None:
    report = check_scenarios({"answer_aunt": seeded(tmp_path, seed)})
    assert report.passed, report.text()


@pytest.mark.parametrize("seed", range(1, 9))
def test_no_name_number_or_date_is_left_but_what_is_pinned(tmp_path: Path, seed: int) -> None:
    scenario = seeded(tmp_path, seed)
    text = told(scenario)
    for gone in (
        "Ines",
        "Rut",
        "rut",
        "Fagerhult",
        "740611",
        "06 11",
        "June 19",
        "19 June",
        "19th of June",
        "seven",
        "7 pm",
    ):
        assert gone not in text
    assert "Tusse" in text
    assert "boat" in text
    assert scenario.clock is not None
    assert "2026-06-15" not in scenario.clock.shown(scenario.clock.instant)
    assert "08:00" in scenario.clock.shown(scenario.clock.instant)


def test_a_seed_always_gives_the_same_world_and_another_one_another(tmp_path: Path) -> None:
    found = [seeded(tmp_path, seed) for seed in (0, 1, 1, 2)]
    digests = [digest_of(scenario) for scenario in found]
    assert digests[1] == digests[2]
    assert len(set(digests)) == 3
    assert [told(each) == told(found[1]) for each in found] == [False, True, True, False]
    assert told(found[0]).count("Rut Fagerhult") >= 4


def test_relatives_still_share_their_name(tmp_path: Path) -> None:
    rows = seeded(tmp_path, 5).starting_context.rows(DatabaseNamespace.CONTACT)
    first, second, _ = (row["name"].split() for row in rows)
    assert first[1] == second[1]
    assert first[0] != second[0]


def test_variants_and_proofs_in_another_file_vary_with_their_entry(tmp_path: Path) -> None:
    head, wordings = SUITE.split("    wordings:\n")
    words = "I bring the boat at seven on June 19"
    variant = f"    variants: [{{name: answer_aunt_tersely, user: {{says: Rut shall know {words}}}}}]\n"
    proofs = "- name: answer_aunt\n  wordings:\n" + wordings
    (tmp_path / "mine.proofs.yaml").write_text(proofs, encoding="utf-8")
    for seed in (1, 2, 3):
        library = from_files([file(tmp_path, head + variant)], seed=seed)
        report = check_scenarios(library.scenarios())
        assert report.passed, report.text()
        assert report.scenarios == 2
        assert "seven" not in "".join(map(told, library.scenarios().values()))


def test_pinned_dates_leave_the_clock_where_it_is(tmp_path: Path) -> None:
    text = SUITE.replace("{boat: It has no other word.}", "{dates: Midsummer is then.}")
    scenario, written = seeded(tmp_path, 5, text), seeded(tmp_path, 0, text)
    assert scenario.clock == written.clock
    assert "June 19" in told(scenario)
    assert "Rut" not in told(scenario)
    report = check_scenarios({"answer_aunt": scenario})
    assert report.passed, report.text()


def test_what_the_search_finds_is_of_the_seed_unless_it_is_pinned(tmp_path: Path) -> None:
    assert seeded(tmp_path, 5).world_seed == 5
    pinned = SUITE.replace("{boat: It has no other word.}", "{found: It must rain.}")
    assert seeded(tmp_path, 5, pinned).world_seed == 0


def test_what_a_world_pins_stays_in_all_that_starts_in_it(tmp_path: Path) -> None:
    text = SUITE.replace("{Tusse: The cat keeps its name.}", "{dates: It is midsummer., Rut: She is known.}")
    scenario = seeded(tmp_path, 5, text)
    assert scenario.clock == seeded(tmp_path, 0, text).clock
    assert "Rut" in told(scenario)
    assert "June 19" in told(scenario)
    assert "Tusse" not in told(scenario)


PLUMBER = """
worlds:
  leak: {like: base, settings: {wifi: false}}
  mine:
    now: "2026-06-15 08:00"
    zone: Europe/Stockholm
    people: {me: {name: Ines Fagerhult, phone_number: "+46701740605", relationship: self, is_self: true}}
scenarios:
  - name: plumber
    world: WORLD
    PINNED
    user: {knows: The plumber takes milk., says: "Remind me in an hour: milk for the PLUMBER. I hate plumbers"}
    milestones:
      - {id: noted, added: {reminder: {content: Milk for the plumber}}}
      - {id: told, said: I noted it., facts: [{done: noted}]}
    solution:
      - get_current_timestamp
      - shift_timestamp: {timestamp: {from: get_current_timestamp}, hours: 1}
      - add_reminder: {content: Milk for the plumber, reminder_timestamp: {from: shift_timestamp}}
      - say: I noted milk for the plumber.
"""


@pytest.mark.parametrize(("world", "changed"), [("base", True), ("leak", True), ("mine", False)])
def test_things_are_others_in_what_starts_in_a_bundled_world(tmp_path: Path, world: str, changed: bool) -> None:
    text = PLUMBER.replace("WORLD", world).replace("    PINNED\n", "")
    for seed in (1, 2, 3):
        scenario = seeded(tmp_path, seed, text)
        assert ("plumber" not in told(scenario).casefold()) is changed
        assert ("milk" not in told(scenario).casefold()) is changed
        report = check_scenarios({"plumber": scenario})
        assert report.passed, report.text()


def test_a_thing_that_is_pinned_stays(tmp_path: Path) -> None:
    text = PLUMBER.replace("WORLD", "base").replace("PINNED", "pinned: {plumber: So it must be.}")
    found = told(seeded(tmp_path, 2, text)).casefold()
    assert "plumber" in found
    assert "milk" not in found


def test_a_number_may_become_one_where_a_word_does(tmp_path: Path) -> None:
    text = SUITE.replace('[[seven, "7 pm"], [eight, "8 pm"], [nine, "9 pm"]]', "[[seven, June], [8, 9]]")
    assert "at 8 on the" in told(seeded(tmp_path, 1, text))


@pytest.mark.parametrize(
    ("vary", "problem"),
    [
        ("seven", "expected a list of lists of forms; got 'seven'"),
        ('[[seven, "7 pm"]]', "at least one way to say something else"),
        ('[[seven, "7 pm"], [eight]]', "in lists as long"),
        ("[[noon], [midnight]]", "'noon' stands nowhere in it, so nothing varies"),
    ],
)
def test_what_cannot_vary_is_refused(tmp_path: Path, vary: str, problem: str) -> None:
    text = SUITE.replace('[[seven, "7 pm"], [eight, "8 pm"], [nine, "9 pm"]]', vary)
    with pytest.raises(ScenarioError, match=problem):
        seeded(tmp_path, 0, text)


def test_scenarios_in_python_are_refused(tmp_path: Path) -> None:
    module = tmp_path / "mine.py"
    module.write_text("def named_scenarios(backend):\n    return {}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="--world-seed 3 rewrites scenarios in YAML or JSON"):
        load(module, world_seed=3)
    assert load(module) == {}
