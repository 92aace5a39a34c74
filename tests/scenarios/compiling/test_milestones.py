"""Each verb and modifier against what an agent does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tests.scenarios.playing import Action, judged, similarities
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.language.worlds import stable_id

WANDA = stable_id("Wanda Ekström")
TOMAS = stable_id("Tomás Rivera")
FIND: Action = ("search_contacts", {"name": "Wanda"})
ADD: Action = ("add_contact", {"name": "Ada", "phone_number": "+12065550101"})
SEND: Action = ("send_message_with_phone_number", {"phone_number": "+12065550139", "content": "On my way"})


@pytest.mark.parametrize(
    ("check", "action", "expected"),
    [
        ("called: search_contacts", FIND, 1),
        ("called: {search_contacts: {name: Wanda}}", FIND, 1),
        ("called: {search_contacts: {name: Tomas}}", FIND, 0),
        ("called: [{search_contacts: {name: Tomas}}, {search_contacts: {name: Wanda}}]", FIND, 1),
        ("called: {search_contacts: {name: Wanda}, add_contact: {}}", FIND, 1),
        ("called: {remove_contact: {}}", ("remove_contact", {"person_id": "nobody"}), 0),
        ("requested: remove_contact", ("remove_contact", {"person_id": "nobody"}), 1),
        ("requested: remove_contact", FIND, 0),
        ("requested: [remove_contact, search_contacts]", FIND, 1),
        ("requested: [remove_contact, add_contact]", FIND, 0),
        ("added: {contact: {name: Ada, relationship: null}}, match: {relationship: exact}", ADD, 1),
        ("added: {contact: {name: Ada}}", FIND, 0),
        ("added: {contact: [{name: Ada}, {name: Bo}]}", ADD, 0),
        ("added: {contact: {name: Ad}}, match: {name: contains}", ADD, 1),
        ("added: {contact: {name: ada}}, match: likeness", ADD, 1),
        ("added: {contact: {name: anything}}, match: any", ADD, 1),
        (
            "added: {messaging: {content: on my way, creation_timestamp: {at: now}}}, match: {content: likeness}",
            SEND,
            1,
        ),
        (
            "added: {messaging: {creation_timestamp: {at: now + 4 minutes}}}, within: {creation_timestamp: 5 minutes}",
            SEND,
            1,
        ),
        ("added: {messaging: {creation_timestamp: {at: now + 4 minutes}}}, within: {creation_timestamp: 60}", SEND, 0),
        ("added: {messaging: {creation_timestamp: 0}}, within: {creation_timestamp: any}", SEND, 1),
        ("removed: {contact: {name: Wanda Ekström}}", ("remove_contact", {"person_id": WANDA}), 1),
        ("removed: {contact: {name: Wanda Ekström}}", ("remove_contact", {"person_id": TOMAS}), 0),
        (
            "updated: {contact: {person_id: {world: wanda.person_id}, name: Wanda B}}",
            ("modify_contact", {"person_id": WANDA, "name": "Wanda B"}),
            1,
        ),
        ("state: {contact: [{name: Noor Haddad}, {}, {}, {}]}", FIND, 0),
        ("state: {setting: {wifi: true}}", FIND, 1),
    ],
)
def test_a_check_sees_what_it_says(tmp_path: Path, check: str, action: Action, expected: float) -> None:
    scenario = writing.scenario(tmp_path, writing.entry(f"[{{{check}}}]"))
    assert similarities(scenario, action, "Done.") == [expected]


@pytest.mark.parametrize(
    ("given", "expected"), [({"hours": 3}, 1), ({"minutes": 61}, 1), ({"hours": 3, "minutes": 1}, 0), ({"days": 1}, 0)]
)
def test_a_tolerance_of_an_amount_of_time_is_in_its_unit(
    tmp_path: Path, given: dict[str, int], expected: float
) -> None:
    check = "called: {shift_timestamp: {hours: 2}}, within: {hours: 1}"
    scenario = writing.scenario(
        tmp_path, writing.entry(f"[{{{check}}}]").replace("tools: [", "tools: [shift_timestamp, ")
    )
    assert similarities(scenario, ("shift_timestamp", {"timestamp": 1e9, **given}), "Done.") == [expected]


def test_a_duration_is_no_tolerance_of_what_has_a_unit_of_its_own(tmp_path: Path) -> None:
    check = "called: {shift_timestamp: {hours: 2}}, within: {hours: 30 minutes}"
    with pytest.raises(
        ScenarioError, match=r"within\.hours: shift_timestamp counts in hours, .* such as hours: 0\.5\."
    ):
        writing.scenario(tmp_path, writing.entry(f"[{{{check}}}]").replace("tools: [", "tools: [shift_timestamp, "))


@pytest.mark.parametrize(
    ("check", "text", "expected"),
    [
        ("said: It is done, match: likeness", "it is DONE!", 1),
        ("said: It is done, match: likeness", "Nope", 0),
        ("said: done, match: contains", "It is done", 1),
        ("said: Done, match: contains", "It is done", 0),
        ("said: It is done, match: exact", "It is done.", 0),
        ("said: Which one?, match: any", "Whatever", 1),
        ("all: [{said: It is done, match: likeness}, {said: done, match: contains}]", "It is done", 1),
        ("all: [{said: It is done, match: likeness}, {said: gone, match: contains}]", "It is done", 0),
        ("all: [{said: It is done, match: likeness}, {state: {setting: {wifi: true}}}]", "It is done", 1),
    ],
)
def test_words_for_the_user_are_compared_as_asked(tmp_path: Path, check: str, text: str, expected: float) -> None:
    scenario = writing.scenario(tmp_path, writing.entry(f"[{{{check}}}]"))
    assert similarities(scenario, text) == [expected]


def test_all_cells_of_a_table_can_be_demanded_to_be_gone(tmp_path: Path) -> None:
    everyone = ["Noor Haddad", "Tomás Rivera", "Wanda Ekström", "Priya Raman"]
    scenario = writing.scenario(tmp_path, writing.entry("[{state: {contact: []}}]"))
    calls: list[Action] = [("remove_contact", {"person_id": stable_id(name)}) for name in everyone]
    assert similarities(scenario, *calls, "Done.") == [1]
    assert similarities(scenario, *calls[:3], "Done.") == [0]


MEASURED = """
- name: boiling
  user: {knows: You want Fahrenheit., says: 10 degrees in fahrenheit?}
  tools: [unit_conversion, search_contacts]
  milestones:
    - {id: converted, called: {unit_conversion: {amount: 10}}}
    - {id: told, said: "That is {degrees} degrees.", using: {from: converted, take: {degrees: ""}}}
"""


@pytest.mark.parametrize("said", ["That is 50 degrees.", "That is 50.0 degrees.", "That is 50.000 degrees."])
def test_a_number_from_a_result_may_be_said_in_every_rounding(tmp_path: Path, said: str) -> None:
    call: Action = ("unit_conversion", {"amount": 10, "from_unit": "celsius", "to_unit": "fahrenheit"})
    assert similarities(writing.scenario(tmp_path, MEASURED), call, said) == [1, 1]


def test_a_wrong_number_is_seen(tmp_path: Path) -> None:
    call: Action = ("unit_conversion", {"amount": 10, "from_unit": "celsius", "to_unit": "fahrenheit"})
    first, second = similarities(writing.scenario(tmp_path, MEASURED), call, "That is 52 degrees.")
    assert first == 1
    assert second < 1


USED = """
- name: reuse
  user: {knows: You want Wanda renamed., says: Call Wanda W}
  tools: [search_contacts, modify_contact]
  milestones:
    - {id: found, called: {search_contacts: {}}}
    - id: renamed
      called: {modify_contact: {name: W}}
      using: {from: found, take: {person_id: 0.person_id}}
      may_change: [contact]
"""


@pytest.mark.parametrize(("person", "expected"), [(WANDA, 1), (TOMAS, 0)])
def test_an_argument_can_be_demanded_to_come_from_a_result(tmp_path: Path, person: str, expected: float) -> None:
    rename: Action = ("modify_contact", {"person_id": person, "name": "W"})
    assert similarities(writing.scenario(tmp_path, USED), FIND, rename, "Done.") == [1, expected]


def test_a_ready_made_extractor_can_be_named(tmp_path: Path) -> None:
    text = MEASURED.replace('take: {degrees: ""}', "extractor: result_to_temperature_extractor").replace(
        "degrees}", "temperature}"
    )
    call: Action = ("unit_conversion", {"amount": 10, "from_unit": "celsius", "to_unit": "fahrenheit"})
    assert similarities(writing.scenario(tmp_path, text), call, "That is 50 degrees.") == [1, 1]


def test_a_search_must_come_before_the_change(tmp_path: Path) -> None:
    scenario = writing.scenario(
        tmp_path, writing.entry("[{called: {search_contacts: {}}}, {called: {add_contact: {}}, may_change: [contact]}]")
    )
    assert judged(scenario, FIND, ADD, "Done.").similarity == 1
    assert judged(scenario, ADD, FIND, "Done.").similarity == 0.5


def test_milestones_without_an_order_may_be_reached_in_any(tmp_path: Path) -> None:
    nodes = "[{id: a, after: [], called: {search_contacts: {}}}, {id: b, after: [], called: {add_contact: {}}},"
    scenario = writing.scenario(
        tmp_path, writing.entry(nodes + " {after: [a, b], said: Done, match: likeness, may_change: [contact]}]")
    )
    assert judged(scenario, FIND, ADD, "Done.").similarity == 1
    assert judged(scenario, ADD, FIND, "Done.").similarity == 1


@pytest.mark.parametrize(("modifier", "expected"), [("", 0), (", may_change: [contact]", 1), (", may_change: all", 1)])
def test_other_tables_must_stay_as_they_were_unless_they_may_change(
    tmp_path: Path, modifier: str, expected: float
) -> None:
    sent = f"{{added: {{messaging: {{content: On my way}}}}, match: exact{modifier}}}"
    nodes = f"[{{called: {{search_contacts: {{}}}}}}, {sent}]"
    scenario = writing.scenario(tmp_path, writing.entry(nodes))
    assert similarities(scenario, FIND, ADD, SEND, "Done.") == [1, expected]


def test_what_was_added_can_be_counted_from_a_milestone(tmp_path: Path) -> None:
    nodes = "[{id: ada, added: {contact: {name: Ada}}}, {id: bo, added: {contact: {name: Bo}}SINCE}]"
    bo: Action = ("add_contact", {"name": "Bo", "phone_number": "+12065550102"})
    since = writing.scenario(tmp_path, writing.entry(nodes.replace("SINCE", ", since: ada")))
    assert judged(since, ADD, bo, "Done.").similarity == 1
    from_start = writing.scenario(tmp_path, writing.entry(nodes.replace("SINCE", "")))
    assert judged(from_start, ADD, bo, "Done.").similarity == 0.5


MINED = """
- name: mined
  user: {knows: You want Ada saved., says: Save Ada +12065550101}
  tools: [add_contact, remove_contact, search_contacts, modify_contact]
  milestones: [{added: {contact: {name: Ada}}}]
  minefields:
    - {id: searched, called: {search_contacts: {name: Wanda}}}
    - {id: removed, requested: remove_contact}
  solution: [add_contact: {name: Ada, phone_number: "+12065550101"}, say: Saved Ada.]
"""


def test_a_minefield_voids_the_score_whatever_came_before_or_changed(tmp_path: Path) -> None:
    scenario = writing.scenario(tmp_path, MINED)
    assert judged(scenario, ADD, "Done.").similarity == 1
    assert judged(scenario, ADD, FIND, "Done.").similarity == 0
    assert judged(scenario, ADD, ("remove_contact", {"person_id": "x"}), "Done.").similarity == 0
    assert judged(scenario, ("remove_contact", {"person_id": "x"}), ADD, FIND, "Done.").similarity == 0


def test_a_value_in_a_check_cannot_come_from_a_call_by_name(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="use 'using' beside it"):
        writing.scenario(tmp_path, writing.entry("[{called: {remove_contact: {person_id: {from: search_contacts}}}}]"))


def test_a_single_milestone_needs_no_order(tmp_path: Path) -> None:
    scenario = writing.scenario(tmp_path, writing.entry("[{said: Done, match: likeness, after: []}]"))
    assert judged(scenario, "Done.").similarity == 1
