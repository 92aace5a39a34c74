from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.scenarios import writing
from tool_sandbox.clock import Clock, use
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.base_scenarios import WORLDS, named_base_scenarios
from tool_sandbox.scenarios.language.worlds import World, stable_id
from tool_sandbox.scenarios.library import from_files
from tool_sandbox.tools.search.dataset import shipped_cities

MINE = """
worlds:
  cabin:
    now: "2026-07-01 20:00"
    zone: Europe/Oslo
    people:
      me: {name: Ola, phone_number: "+4722550100", is_self: true}
      kari: {name: Kari, phone_number: "+4722550101", relationship: sister}
    messages:
      fish: {from: kari, to: me, content: Fish for dinner, sent: now - 2 hours}
      ad: {from: "+4722550199", to: me, content: Cheap boats, sent: yesterday 12:00}
    reminders:
      wood: {content: Chop wood, created: now - 1 day, due: tomorrow 08:00, latitude: 60, longitude: 10.5}
    settings: {wifi: false, latitude: 60.1}
  cabin_online:
    like: cabin
    now: "2026-07-02 20:00"
    settings: {wifi: true}
    people: {kari: null}
    messages: {fish: null}
"""


def worlds(folder: Path, text: str = MINE) -> dict[str, World]:
    return dict(writing.library(folder, text).worlds)


def test_a_world_is_written_with_short_names_and_relative_times(tmp_path: Path) -> None:
    cabin = worlds(tmp_path)["cabin"]
    now = datetime(2026, 7, 1, 20, tzinfo=ZoneInfo("Europe/Oslo")).timestamp()
    assert (cabin.clock.instant, cabin.clock.zone) == (now, "Europe/Oslo")
    fish, ad = cabin.tables["MESSAGING"]
    assert (fish["sender_person_id"], fish["recipient_phone_number"]) == (stable_id("Kari"), "+4722550100")
    assert (ad["sender_person_id"], ad["sender_phone_number"]) == (None, "+4722550199")
    assert fish["creation_timestamp"] == now - 7200
    (wood,) = cabin.tables["REMINDER"]
    assert (wood["reminder_timestamp"], wood["latitude"], wood["longitude"]) == (now + 12 * 3600, 60.0, 10.5)


def test_a_world_like_another_differs_only_where_it_says_so(tmp_path: Path) -> None:
    found = worlds(tmp_path)
    online = found["cabin_online"]
    assert [row["name"] for row in online.tables["CONTACT"]] == ["Ola"]
    assert online.tables["SETTING"][0]["wifi"] is True
    assert online.tables["SETTING"][0]["latitude"] == 60.1
    assert online.clock.instant == found["cabin"].clock.instant + 86400
    assert [row["content"] for row in online.tables["MESSAGING"]] == ["Cheap boats"]


def test_a_place_gives_a_world_its_coordinates_and_its_zone_unless_it_says_them_itself(tmp_path: Path) -> None:
    found = worlds(
        tmp_path,
        """
worlds:
  lisbon: {now: "2026-07-01 20:00", place: Lisbon, settings: {wifi: false}}
  tokyo: {like: lisbon, place: "Tokyo, Japan"}
  pier: {like: tokyo, place: Chicago, zone: UTC, settings: {latitude: 41.89}}
""",
    )
    city = shipped_cities()
    rows = {name: world.tables["SETTING"][0] for name, world in found.items()}
    assert [found[name].clock.zone for name in ("lisbon", "tokyo", "pier")] == ["Europe/Lisbon", "Asia/Tokyo", "UTC"]
    for name, where in (("lisbon", "Lisbon"), ("tokyo", "Tokyo")):
        assert (rows[name]["latitude"], rows[name]["longitude"]) == (city[where].latitude, city[where].longitude)
    assert (rows["pier"]["latitude"], rows["pier"]["longitude"]) == (41.89, city["Chicago"].longitude)
    assert rows["pier"]["wifi"] is False
    assert "place" not in rows["lisbon"]


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ("like: cabin\n", "like: cabn\n", "no world 'cabn' above this one; did you mean 'cabin'"),
        ('now: "2026-07-01 20:00"', "now: now", "needs a date"),
        ("zone: Europe/Oslo", "zone: Oslo", "not a time zone"),
        ("from: kari", "from: Kari", "nobody's short name"),
        ("from: kari", "from: fish", "nobody's short name"),
        ("due: tomorrow 08:00", "due: tomorrow", "not a point in time"),
        ("wifi: false", "wify: false", "did you mean 'wifi'"),
        ("wifi: false", "wifi: 0", "expected a value like True"),
        ("people:", "persons:", "means nothing here"),
        ("zone: Europe/Oslo", "place: Osslo", "there is no city 'Osslo'; did you mean 'Oslo'"),
        ("zone: Europe/Oslo", "place: 7", "expected text"),
        ("wood: {", "fish: {", "is taken in this world"),
        ("latitude: 60,", "latitude: north,", "expected a number"),
        ("name: Kari, ", "", "'name' is missing"),
        ("cabin_online", "base", "there is a world 'base' already"),
    ],
)
def test_a_mistake_in_a_world_is_one_clear_error(tmp_path: Path, good: str, bad: str, problem: str) -> None:
    assert good in MINE
    with pytest.raises(ScenarioError) as caught:
        worlds(tmp_path, MINE.replace(good, bad, 1))
    assert problem in str(caught.value)
    assert "mine.yaml:" in str(caught.value)


def test_a_cell_that_does_not_exist_is_refused_with_what_there_is(tmp_path: Path) -> None:
    cabin = worlds(tmp_path)["cabin"]
    assert cabin.look_up("kari.name") == "Kari"
    with pytest.raises(ValueError, match="did you mean 'kari'"):
        cabin.look_up("karl.name")
    with pytest.raises(ValueError, match="did you mean 'phone_number'"):
        cabin.look_up("kari.phone")


RESERVED_FOR_FICTION = re.compile(
    r"\+1\d{3}55501\d\d|\+447700900\d{3}|\+6149157\d{4}|\+3532091\d{5}|\+46701740(60[5-9]|6[1-9]\d)|\+3363998\d{4}"
)


def test_the_bundled_worlds_have_at_most_one_owner_and_fictional_numbers() -> None:
    for name, world in from_files([]).worlds.items():
        people = world.tables["CONTACT"]
        assert sum(row["is_self"] for row in people) <= 1, name
        numbers = {row["phone_number"] for row in people}
        numbers |= {row[key] for row in world.tables["MESSAGING"] for key in row if key.endswith("_phone_number")}
        assert {number for number in numbers if not RESERVED_FOR_FICTION.fullmatch(number)} == set(), name


def test_base_scenarios_cover_every_combination_of_services_that_are_off() -> None:
    found = named_base_scenarios(ToolBackend.DEFAULT)
    assert list(found) == list(WORLDS)
    assert len(found) == 9
    for name, scenario in found.items():
        (setting,) = scenario.starting_context.rows("SETTING")
        for column in ("wifi", "cellular", "location_service"):
            assert setting[column] is (f"{column}_off" not in name)
        assert setting["low_battery_mode"] is ("low_battery" in name)


def test_base_scenarios_stand_at_the_time_of_the_module_that_asks_for_them() -> None:
    own, later = from_files([]).worlds["base"].clock, Clock(1_800_000_000.0, "America/Los_Angeles")
    rows = {}
    for clock in (own, later):
        with use(clock):
            base = named_base_scenarios(ToolBackend.DEFAULT)["base"]
        assert base.clock == clock
        rows[clock] = base.starting_context.rows("MESSAGING") + base.starting_context.rows("CONTACT")
    shift = later.instant - own.instant
    for before, after in zip(rows[own], rows[later], strict=True):
        moved = {key: value + shift if key == "creation_timestamp" else value for key, value in before.items()}
        assert after == moved


def test_a_base_scenario_starts_like_the_original() -> None:
    context = named_base_scenarios(ToolBackend.DEFAULT)["base"].starting_context
    assert context.trace_tool
    assert context.tool_allow_list == ["end_conversation"]
    assert context.tool_deny_list is None
    log = context.log()
    assert [(row["sender"], row["recipient"]) for row in log[:2]] == [
        ("SYSTEM", "EXECUTION_ENVIRONMENT"),
        ("SYSTEM", "AGENT"),
    ]
    assert len(log) == 14
    assert all(row["visible_to"] == ["USER"] for row in log[2:])
    assert context.first_user_sandbox_message_index == -1
    for table in ("SETTING", "CONTACT", "MESSAGING", "REMINDER"):
        assert context.snapshot_indices(table) == (0, 14)
    assert [len(context.rows(table)) for table in ("CONTACT", "MESSAGING", "REMINDER")] == [4, 5, 3]


def test_the_prelude_imports_every_tool_from_the_module_that_defines_it() -> None:
    prelude = named_base_scenarios(ToolBackend.DEFAULT)["base"].starting_context.log()[0]["content"]
    lines = prelude.splitlines()
    assert prelude.endswith("\n")
    assert lines[0] == "import json"
    modules = [line.split()[1].rpartition(".")[2] for line in lines[1:]]
    assert " ".join(modules) == "contact setting messaging rapid_api_search_tools reminder user_tools utilities"
    assert "from tool_sandbox.tools.user_tools import end_conversation" in lines
    names: dict[str, object] = {}
    exec(prelude, names)  # noqa: S102 -- it is what the console runs
    assert callable(names["add_contact"])
