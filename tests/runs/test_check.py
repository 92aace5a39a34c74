from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve

from tests.scenarios import writing
from tests.waiting import HANG
from tool_sandbox.common.execution_context import ExecutionContext, get_current_context, isolated_context
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.runs.check import CheckReport, check_scenarios
from tool_sandbox.runs.floors import READING, floors_of
from tool_sandbox.scenarios.groups import all_named
from tool_sandbox.scenarios.library import bundled
from tool_sandbox.scenarios.presentations import augmented

GOOD = writing.COMPLETE


def checked(folder: Path, text: str) -> CheckReport:
    return check_scenarios(writing.scenarios(folder, text))


@pytest.mark.parametrize("file", sorted({Path(entry.place.file).stem for entry in bundled().entries}))
def test_every_bundled_scenario_holds(file: str) -> None:
    everything = all_named(ToolBackend.DEFAULT)
    names = [entry.name for entry in bundled().entries if Path(entry.place.file).stem == file]
    report = check_scenarios({name: everything[name] for name in names})
    assert report.passed, report.text()
    assert report.unsolved == ()
    assert report.plays > 10 * report.scenarios


def test_a_good_scenario_holds(tmp_path: Path) -> None:
    report = checked(tmp_path, GOOD)
    assert report.problems == ()
    assert report.passed
    # oracle, nop, one minefield, whole and without each of two steps, two other arguments, a read and two writes more,
    # eight presentations, four floors
    assert report.plays == 1 + 1 + 1 + 3 + 2 + 3 + 8 + 4
    assert report.text().startswith("1 scenario checked in 23 plays")


@pytest.mark.parametrize(
    ("good", "bad", "check", "message"),
    [
        ("facts: {done: [sent, asked]}", "facts: tomorrow", "oracle", "the solution scores 0.500"),
        (
            'called: {send_message_with_phone_number: {phone_number: "+12065550100"}}',
            'called: {send_message_with_phone_number: {phone_number: "+12065550199"}}',
            "oracle",
            "trips a minefield",
        ),
        (
            "  solution:\n",
            "  outcome: [{state: {setting: {wifi: false}}}]\n  solution:\n",
            "oracle",
            "the solution has the outcome 0.000, expected 1.0",
        ),
        (
            "- {id: told, said: I asked for a taxi., facts: {done: [sent, asked]}}",
            "- {id: told, state: {setting: {wifi: true}}}",
            "nop",
            "doing nothing scores 0.500, expected at most 0.000",
        ),
        (
            'called: {send_message_with_phone_number: {phone_number: "+12065550100"}}}',
            "called: {add_contact: {}}, sabotage: [search_contacts: {name: Ada}]}",
            "saboteur",
            "the sabotage of 'wrong' does not trip it",
        ),
        (
            "  solution:\n",
            "  solution:\n    - get_current_location\n",
            "needless step",
            "without calling 'get_current_location' the score is the same",
        ),
        (
            "  solution:\n",
            "  solution:\n    - together: [get_wifi_status, search_contacts: {name: Wanda}]\n",
            "needless step",
            "without calling 'get_wifi_status' the score is the same",
        ),
    ],
)
def test_what_does_not_hold_is_found(tmp_path: Path, good: str, bad: str, check: str, message: str) -> None:
    assert good in GOOD
    report = checked(tmp_path, GOOD.replace(good, bad, 1))
    assert not report.passed
    found = [problem for problem in report.problems if problem.check == check]
    assert any(message in problem.message for problem in found), report.text()
    assert found[0].scenario == "call_a_taxi"
    assert "mine.yaml:2" in str(found[0])


SOLUTION = "  solution:\n"
MESSAGE = 'send_message_with_phone_number: {phone_number: "+12065550199", content: I need a taxi}'


def with_keys(keys: str) -> str:
    return GOOD.replace(SOLUTION, f"{keys}\n{SOLUTION}")


@pytest.mark.parametrize(
    ("keys", "check", "message"),
    [
        (f"  also: [{MESSAGE}, say: Done.]", "", ""),
        (f"  also: [[{MESSAGE}, say: Done.], [{MESSAGE}, say: I sent it.]]", "", ""),
        (f"  also: [[{MESSAGE}, say: Done.], [say: I sent it.]]", "also", "solution 3 scores 0.000, expected 1.0"),
        ("  also: [[say: Done.]]", "also", "solution 2 scores 0.000, expected 1.0"),
        ("  wordings: {right: [Your message is out!, I texted them.]}", "", ""),
        (
            "  wordings: {right: [I texted them., The weather is fine.]}",
            "right wording",
            "'The weather is fine.' scores 0.500, expected 1.0: does not say that the text was sent",
        ),
        (
            "  wordings: {right: [I did not send it.]}",
            "right wording",
            "'I did not send it.' scores 0.500, expected 1.0: says that the text was not sent",
        ),
        ("  wordings: {wrong: [I could not send it., Which taxi?]}", "", ""),
        (
            "  wordings: {wrong: [I texted them.]}",
            "wrong wording",
            "'I texted them.' is worth 1.000 as an answer, expected at most 0",
        ),
        (
            "  wordings: {wrong: [{says: I texted them., at_most: 0.5}]}",
            "wrong wording",
            "is worth 1.000 as an answer, expected at most 0.5",
        ),
        ("  wordings: {wrong: [{says: I texted them., at_most: 1}]}", "", ""),
    ],
)
def test_other_solutions_and_wordings_prove_themselves(tmp_path: Path, keys: str, check: str, message: str) -> None:
    report = checked(tmp_path, with_keys(keys))
    assert [problem.check for problem in report.problems] == ([check] if check else []), report.text()
    assert message in report.text()


def test_every_other_solution_and_wording_is_played(tmp_path: Path) -> None:
    keys = f"  also: [{MESSAGE}, say: Done.]\n  wordings: {{right: [Sent!], wrong: [Not sent., Who?]}}"
    assert checked(tmp_path, with_keys(keys)).plays == checked(tmp_path, GOOD).plays + 1 + 1 + 2


def test_a_fact_that_the_user_says_already_is_no_proof_of_work(tmp_path: Path) -> None:
    report = checked(tmp_path, GOOD.replace("facts: {done: [sent, asked]}", "facts: [{done: [sent, asked]}, taxi]"))
    (problem,) = report.problems
    assert problem.check == "given away"
    assert "says 'Text +12065550199 that I need a taxi' already, so 'taxi' is no proof of work" in problem.message


CLAIMED = """
- name: claimed
  user: {knows: You want it., says: Please do it}
  tools: [search_contacts, add_contact]
  milestones: MILESTONES
  solution:
    - search_contacts: {name: Wanda}
    - add_contact: {name: Ada, phone_number: "+12065550101"}
    - say: The number is +12065550139.
"""
SAID = "{id: told, said: The number is +12065550139., facts: ['+12065550139']}"
FOUND = "{id: found, called: {search_contacts: {name: Wanda}}}"
ADDED = "{id: added, added: {contact: {name: Ada}}}"


@pytest.mark.parametrize(
    ("milestones", "message"),
    [
        (f"[{ADDED}, {SAID}]", ""),
        (f"[{FOUND}, {ADDED}, {SAID}]", ""),
        (f"[{SAID}]", "an agent that is only claiming scores 1.000, expected at most 0.05"),
        (f"[{ADDED}, {SAID[:-1]}, after: []}}, {{id: end, after: [added, told], requested: add_contact}}]", "claiming"),
        (f"[{FOUND}, {SAID}, {ADDED}]", "an agent that is only reading scores 0.667, expected at most 0.25"),
        (f"[{FOUND}, {SAID}]", ""),  # reading is the work
        ("[{id: told, said: Please do it, match: exact}]", "an agent that is only repeating scores 1.000"),
    ],
)
def test_agents_that_do_not_do_the_work_are_not_paid(tmp_path: Path, milestones: str, message: str) -> None:
    report = checked(tmp_path, CLAIMED.replace("MILESTONES", milestones))
    floors = [problem.message for problem in report.problems if problem.check == "floors"]
    assert (message in " ".join(floors)) if message else not floors


ERRANDS = """
- name: errands
  user: {knows: Save Ada and text her., says: "Wanda's number and my boss's? And save Ada, +12065550101, and text her"}
  milestones:
    - {id: wanda, after: [], called: {search_contacts: {name: Wanda}}, may_change: all}
    - {id: boss, after: [], called: {search_contacts: {relationship: boss}}, may_change: all}
    - {id: saved, after: [], added: {contact: {name: Ada}}, may_change: all}
    - {id: sent, after: [], added: {messaging: {recipient_phone_number: "+12065550101"}}, may_change: all}
    - {id: told, after: [saved, sent], said: Ada is saved., facts: {done: saved}, may_change: all}
    - {id: told_wanda, after: [wanda], said: She has +12065550139., facts: ["+12065550139"], may_change: all}
    - {id: told_boss, after: [boss], said: It is +12065550150., facts: ["+12065550150"], may_change: all}
  solution:
    - search_contacts: {name: Wanda}
    - search_contacts: {relationship: boss}
    - add_contact: {name: Ada, phone_number: "+12065550101"}
    - send_message_with_phone_number: {phone_number: "+12065550101", content: Hi}
    - say: +12065550139 and +12065550150, and Ada is saved.
"""


def test_reading_may_earn_what_the_questions_among_several_deeds_are_worth(tmp_path: Path) -> None:
    assert floors_of(writing.scenario(tmp_path, ERRANDS))[READING] == pytest.approx(4 / 7)
    assert [each for each in checked(tmp_path, ERRANDS).problems if each.check == "floors"] == []
    sent = next(line for line in ERRANDS.splitlines(keepends=True) if "id: sent" in line)
    one_deed = ERRANDS.replace(sent, "").replace("[saved, sent]", "[saved]")
    (problem,) = [each for each in checked(tmp_path, one_deed).problems if each.check == "floors"]
    assert "only reading scores 0.667, expected at most 0.25" in problem.message


@pytest.mark.parametrize(
    "more", ["  nop_floor: 0.2\n", "  categories: [insufficient_information]\n", "  scoring: original\n"]
)
def test_where_the_right_word_is_the_work_or_nothing_is_known_of_facts_claiming_may_be_paid(
    tmp_path: Path, more: str
) -> None:
    text = CLAIMED.replace("MILESTONES", f"[{SAID}]").replace("  tools:", f"{more}  tools:")
    assert [problem for problem in checked(tmp_path, text).problems if problem.check == "floors"] == []


def test_a_scenario_that_cannot_be_played_is_a_problem_and_not_the_end(tmp_path: Path) -> None:
    scenarios = writing.scenarios(tmp_path, GOOD + GOOD.replace("call_a_taxi", "other"))
    empty = ExecutionContext()
    broken = evolve(scenarios["call_a_taxi"], starting_context=empty)
    report = check_scenarios({"broken": broken, "other": scenarios["other"]})
    assert report.scenarios == 2
    assert {problem.scenario for problem in report.problems} == {"broken"}
    assert "ended in IndexError" in report.text()


def test_an_agent_that_only_reads_makes_none_of_several_calls_that_change_something_together(tmp_path: Path) -> None:
    scenario = writing.scenario(
        tmp_path,
        """
        - name: silence
          user: {knows: You want silence., says: "No wifi, no cell"}
          milestones:
            - {id: wifi, after: [], state: {setting: {wifi: false}}}
            - {id: cellular, after: [], state: {setting: {cellular: false}}}
            - {id: told, after: [wifi, cellular], said: Wi-Fi is off., facts: {"off": wi-fi}}
          solution:
            - together: [set_wifi_status: {on: false}, set_cellular_service_status: {on: false}]
            - say: Wi-Fi is off.
        """,
    )
    assert floors_of(scenario)[READING] == 0


def test_an_agent_that_only_reads_leaves_out_what_needs_a_result_that_it_cannot_get(tmp_path: Path) -> None:
    scenario = writing.scenario(
        tmp_path,
        """
        - name: price
          world: wifi_off
          user: {knows: You want a price in euros., says: Apple in euros?}
          milestones:
            - {id: online, state: {setting: {wifi: true}}}
            - {id: told, said: It costs 207.52 euros., facts: [207.52 euros]}
          solution:
            - set_wifi_status: {on: true}
            - search_stock: {query: Apple}
            - convert_currency:
                amount: {from: search_stock, take: price}
                from_currency_code: USD
                to_currency_code: EUR
            - say: It costs 207.52 euros.
        """,
    )
    assert floors_of(scenario)[READING] == 0


def test_a_scenario_without_a_solution_is_named(tmp_path: Path) -> None:
    text = "- {name: bare, user: {knows: It., says: Hi}, tools: [add_contact], milestones: [{called: add_contact}]}"
    report = checked(tmp_path, text)
    assert report.unsolved == ("bare",)
    assert report.passed
    assert "1 without a solution, so not proved: bare" in report.text()


def test_a_scenario_that_demands_nothing_may_be_solved_by_nothing(tmp_path: Path) -> None:
    assert checked(tmp_path, writing.entry("[]")).passed


def test_of_several_presentations_the_plain_one_is_proved_once(tmp_path: Path) -> None:
    everything = augmented(writing.scenarios(tmp_path), ToolBackend.DEFAULT)
    report = check_scenarios(everything)
    assert (report.scenarios, report.plays) == (1, 23)
    only_variant: dict[str, Scenario] = {"call_a_taxi_all_tools": everything["call_a_taxi_all_tools"]}
    assert check_scenarios(only_variant).scenarios == 1


def test_the_current_world_stays(tmp_path: Path) -> None:
    mine = ExecutionContext()
    isolated_context(mine)
    check_scenarios(writing.scenarios(tmp_path))
    assert get_current_context() is mine


def test_checking_needs_no_model_library(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD, encoding="utf-8")
    program = (
        "import sys; from pathlib import Path; from tool_sandbox.scenarios import load_from;"
        "from tool_sandbox.runs.check import check_scenarios;"
        f"print(check_scenarios(load_from({str(file)!r})).passed, 'litellm' in sys.modules, 'polars' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=HANG)
    assert done.stdout.split() == ["True", "False", "False"]


def test_a_fast_check_plays_the_solution_and_doing_nothing_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    report = check_scenarios(writing.scenarios(tmp_path), fast=True)
    assert (report.passed, report.plays, report.mutants) == (True, 2, ())
    assert "--fast" in report.text().splitlines()[-1]


def test_a_fast_check_finds_a_solution_that_does_not_solve(tmp_path: Path) -> None:
    text = GOOD.replace("facts: {done: [sent, asked]}", "facts: tomorrow")
    assert not check_scenarios(writing.scenarios(tmp_path, text), fast=True).passed


def test_several_processes_find_what_one_finds(tmp_path: Path) -> None:
    texts = [GOOD.replace("call_a_taxi", f"taxi_{number}") for number in range(3)]
    file = tmp_path / "mine.yaml"
    file.write_text("".join([*texts[:2], texts[2].replace("facts: {done: [sent, asked]}", "facts: tomorrow")]), "utf-8")
    program = (
        "import sys; from tool_sandbox.scenarios import load_from; from tool_sandbox.runs.check import check_scenarios;"
        f"found = load_from({str(file)!r}); both = [check_scenarios(found, processes=n) for n in (1, 2)];"
        "print(*[(len(each.problems), each.plays, len(each.mutants)) for each in both], sep='\\n');"
        "print(both[0].problems == both[1].problems)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=HANG)
    one, other, same = done.stdout.splitlines()
    assert (one, same) == (other, "True")


@pytest.mark.parametrize(
    ("said", "word"),
    [("the reminder_id of the cake", "reminder_id"), ("82c7f8c1-7a1c-55ca-bf67-69fae3d7a9ed", "82c7f8c1-7a1c")],
)
def test_words_of_machines_in_what_a_user_says_are_named(tmp_path: Path, said: str, word: str) -> None:
    text = GOOD.replace("knows: You need a taxi.", f"knows: You need a taxi for {said}.")
    (problem,) = checked(tmp_path, text).problems
    assert problem.check == "language"
    assert word in problem.message
