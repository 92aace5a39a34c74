"""Other solutions and other last answers may stand in a file beside the entries."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from tests.scenarios import writing
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.script import Script, WrongWording
from tool_sandbox.errors import ScenarioError
from tool_sandbox.runs.check import check_scenarios
from tool_sandbox.runs.digests import digest_of
from tool_sandbox.scenarios import load_from
from tool_sandbox.scenarios.library import DATA, bundled, from_files, scenario_files

ENTRIES = writing.COMPLETE + "  variants:\n    - {name: taxi_please, user: {says: A taxi please}}\n"
SOLUTION = 'send_message_with_phone_number: {phone_number: "+12065550199", content: I need a taxi}'
PROOFS = f"""
- name: call_a_taxi
  also: [{SOLUTION}, say: Sent.]
  wordings: {{right: [Your text is out.], wrong: [I could not send it.]}}
"""


def written(folder: Path, proofs: str, entries: str = ENTRIES) -> dict[str, Scenario]:
    (folder / "mine.proofs.yaml").write_text(proofs, encoding="utf-8")
    return writing.scenarios(folder, entries)


def script(scenario: Scenario) -> Script:
    assert scenario.script is not None
    return scenario.script


def test_what_stands_beside_proves_an_entry_and_its_variants(tmp_path: Path) -> None:
    found = written(tmp_path, PROOFS)
    for scenario in found.values():
        assert script(scenario).right == ("Your text is out.",)
        assert script(scenario).wrong == (WrongWording("I could not send it."),)
        assert len(script(scenario).also) == 1
    assert check_scenarios(found).passed


def test_a_variant_to_which_no_other_solution_leads_says_so_with_an_empty_list(tmp_path: Path) -> None:
    found = written(tmp_path, PROOFS + "\n- {name: taxi_please, also: []}\n")
    assert len(script(found["call_a_taxi"]).also) == 1
    assert script(found["taxi_please"]).also == ()


def test_a_variant_may_have_proofs_of_its_own_for_a_part(tmp_path: Path) -> None:
    found = written(tmp_path, f"{PROOFS}\n- {{name: taxi_please, wordings: {{right: Sent!}}}}")
    assert script(found["taxi_please"]).right == ("Sent!",)
    assert len(script(found["taxi_please"]).also) == 1
    assert script(found["call_a_taxi"]).right == ("Your text is out.",)


def test_one_key_may_stand_here_and_the_other_there(tmp_path: Path) -> None:
    entries = writing.COMPLETE + "  wordings: {right: Sent!}\n"
    found = written(tmp_path, f"- name: call_a_taxi\n  also: [{SOLUTION}, say: Sent.]", entries)
    assert script(found["call_a_taxi"]).right == ("Sent!",)
    assert len(script(found["call_a_taxi"]).also) == 1


def test_proofs_are_no_part_of_what_is_played(tmp_path: Path) -> None:
    with_proofs = {name: digest_of(each) for name, each in written(tmp_path, PROOFS).items()}
    (tmp_path / "mine.proofs.yaml").unlink()
    assert {name: digest_of(each) for name, each in writing.scenarios(tmp_path, ENTRIES).items()} == with_proofs


def test_what_is_only_played_does_not_read_the_proofs(tmp_path: Path) -> None:
    found = written(tmp_path, "- {nmae: call_a_taxi}")
    assert script(found["call_a_taxi"]).steps
    with pytest.raises(ScenarioError, match=r"mine\.proofs\.yaml:1: .*'nmae'"):
        check_scenarios(found)


@pytest.mark.parametrize(
    ("proofs", "message"),
    [
        ("- {name: call_a_taxy, also: [say: Sent.]}", r":1: call_a_taxy: name: .*mine\.yaml has no scenario"),
        (f"{PROOFS}\n- {{name: call_a_taxi, wordings: {{right: Sent!}}}}", ":6: call_a_taxi: the name stands twice"),
        ("- name: call_a_taxi", r":1: call_a_taxi: expected 'also', 'wordings' or both"),
        ("name: call_a_taxi", ":1: expected a list of mappings"),
        (
            "- name: call_a_taxi\n  also:\n    - search_contacts\n    - say: Sent.",
            r":3: call_a_taxi: also\[0\].* does not",
        ),
        (
            "- name: call_a_taxi\n  also:\n    - [search_contact, say: Sent.]",
            ":3: call_a_taxi: also.*'search_contacts'",
        ),
        ("- name: call_a_taxi\n  also:\n    - []", ":3: call_a_taxi: also.* must be a 'say'"),
    ],
)
def test_mistakes_are_named_with_the_line_of_the_file_of_proofs(tmp_path: Path, proofs: str, message: str) -> None:
    found = written(tmp_path, proofs)
    with pytest.raises(ScenarioError, match=r"mine\.proofs\.yaml" + message):
        check_scenarios(found)


def test_a_key_in_both_places_is_refused_with_both_lines(tmp_path: Path) -> None:
    found = written(tmp_path, PROOFS, writing.COMPLETE + "  wordings: {right: Sent!}\n")
    with pytest.raises(ScenarioError, match=r"mine\.proofs\.yaml:4: call_a_taxi: wordings: .*mine\.yaml:14"):
        check_scenarios(found)


def test_what_a_proof_shows_is_listed_with_the_line_of_the_proof(tmp_path: Path) -> None:
    found = written(tmp_path, PROOFS.replace("Your text is out.", "The weather is fine."))
    problems = check_scenarios(found).problems
    assert {(each.check, str(each.source).rpartition("/")[2]) for each in problems} == {
        ("right wording", "mine.proofs.yaml:2")
    }


def test_a_folder_takes_proofs_for_no_scenarios_of_their_own(tmp_path: Path) -> None:
    written(tmp_path, PROOFS)
    assert scenario_files(tmp_path) == [tmp_path / "mine.yaml"]
    assert script(load_from(tmp_path)["call_a_taxi"]).right == ("Your text is out.",)


def test_proofs_alone_say_which_file_is_missing_or_meant(tmp_path: Path) -> None:
    file = tmp_path / "mine.proofs.yaml"
    file.write_text(PROOFS, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"mine\.proofs\.yaml:1: .*mine\.yaml, which is not beside it"):
        scenario_files(tmp_path)
    with pytest.raises(ScenarioError, match=r"mine\.proofs\.yaml:1: these are proofs; name .* mine\.yaml"):
        from_files([file])


def test_json_has_its_proofs_in_json(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        '[{"name": "a", "user": {"knows": "b", "says": "c"}, "solution": [{"say": "Done."}]}]', encoding="utf-8"
    )
    (tmp_path / "a.proofs.json").write_text('[{"name": "a", "wordings": {"right": "Sent!"}}]', encoding="utf-8")
    (scenario,) = from_files(scenario_files(tmp_path)).scenarios().values()
    assert script(scenario).right == ("Sent!",)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])  # noqa: S301 -- just dumped
def test_a_copied_script_keeps_what_it_has_not_read_yet(tmp_path: Path, copied: object) -> None:
    assert callable(copied)
    copy_of = copied(script(written(tmp_path, PROOFS)["call_a_taxi"]))
    (tmp_path / "mine.proofs.yaml").unlink()
    assert copy_of.right == ("Your text is out.",)


def test_bundled_entries_keep_their_proofs_beside() -> None:
    assert [entry.name for entry in bundled().entries if entry.has("also") or entry.has("wordings")] == []
    proved = {path.name.replace(".proofs", "") for path in DATA.glob("*.proofs.yaml")}
    assert proved == {path.name for path in scenario_files(DATA)} - {"worlds.yaml"}
