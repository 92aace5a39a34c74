"""Tables of a user's own: in tools, checks in YAML, guardrails and files."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.own_tables import forget
from tool_sandbox.common.evaluation import Milestone, MilestoneMatcher, SnapshotConstraint, snapshot_similarity
from tool_sandbox.common.execution_context import (
    DatabaseNamespace,
    ExecutionContext,
    RoleType,
    get_current_context,
    new_context,
)
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.world.schemas import INITIAL_SETTING, register_namespace, schema_of
from tool_sandbox.errors import SettingsError
from tool_sandbox.scenarios.library import from_text

COLUMNS = {"title": "text", "start": "number", "done": "boolean"}


@pytest.fixture
def calendar() -> Iterator[DatabaseNamespace]:
    """A table that is gone again afterwards: the registry belongs to the process."""
    yield register_namespace("CALENDAR", COLUMNS, {"title": "rouge"})
    forget("CALENDAR")


def test_a_registered_table_is_a_member_like_the_built_in_ones(calendar: DatabaseNamespace) -> None:
    assert DatabaseNamespace("CALENDAR") is DatabaseNamespace["CALENDAR"] is calendar
    assert list(DatabaseNamespace)[-1] is calendar
    assert f"{calendar}" == calendar == "CALENDAR"
    assert register_namespace("CALENDAR", COLUMNS, {"title": "rouge"}) is calendar


def test_tools_read_and_write_it_as_rows_and_as_dataframes(calendar: DatabaseNamespace) -> None:
    @register_as_tool(visible_to=(RoleType.AGENT,))
    def add_event(title: str, start: float) -> int:
        """Add an event.

        Args:
            title: What it is.
            start: When it starts.
        """
        context = get_current_context()
        context.add_to_database(calendar, [{"title": title, "start": start}])
        return int(context.get_database(calendar).height)

    with new_context(ExecutionContext()) as context:
        assert context.get_database(calendar).is_empty()
        assert add_event(title="Dentist", start=5) == 1
        assert context.rows(calendar) == ({"title": "Dentist", "start": 5.0, "done": None},)
        with pytest.raises(KeyError, match="place"):
            context.add_to_database(calendar, [{"place": "here"}])


def test_it_survives_a_file(calendar: DatabaseNamespace) -> None:
    context = ExecutionContext()
    context.add_rows(calendar, [{"title": "Dentist", "start": 5.0, "done": False}])
    again = ExecutionContext.from_dict(json.loads(json.dumps(context.to_dict(serialize_console=False))))
    assert again.rows(calendar) == context.rows(calendar)


def judged(milestone: Milestone, *, change_later: bool) -> float | None:
    context = ExecutionContext()
    context.add_rows(DatabaseNamespace.SANDBOX, [{"sender": "USER", "recipient": "AGENT", "content": "Hi"}])
    for number, text in enumerate(["One", "Two"]):
        if number and change_later:
            context.add_rows(DatabaseNamespace("CALENDAR"), [{"title": "Surprise"}])
        context.add_rows(DatabaseNamespace.SANDBOX, [{"sender": "AGENT", "recipient": "USER", "content": text}])
    first = Milestone([told("One")])
    return MilestoneMatcher([first, milestone]).compute_mapping_and_similarity(context)[1]


def told(text: str) -> SnapshotConstraint:
    rows = [{"sender": "AGENT", "recipient": "USER", "content": text}]
    return SnapshotConstraint.of_rows(DatabaseNamespace.SANDBOX, snapshot_similarity, rows)


def test_it_is_guarded_unless_it_may_change(calendar: DatabaseNamespace) -> None:
    assert judged(Milestone([told("Two")]), change_later=False) == 1
    assert judged(Milestone([told("Two")]), change_later=True) == 0.5
    assert judged(Milestone([told("Two")], guardrail_database_exclusion_list=[calendar]), change_later=True) == 1


YAML = """
worlds:
  office: {like: base, tables: {calendar: [{title: Standup, start: 9.0}]}}
scenarios:
  - name: plan
    world: office
    user: {knows: You plan., says: Plan a review}
    tools: [get_wifi_status]
    milestones:
      - {id: planned, added: {calendar: {title: Review, start: 10}}, within: {start: 1}}
      - {id: told, after: [planned], said: Planned., facts: planned, may_change: [calendar]}
"""


def test_checks_and_worlds_in_yaml_speak_of_it(calendar: DatabaseNamespace) -> None:
    scenario = from_text(YAML).scenarios()["plan"]
    context = scenario.starting_context.fork()
    assert [row["title"] for row in context.rows(calendar)] == ["Standup"]
    context.add_rows(calendar, [{"title": "Review", "start": 10.5}])
    context.add_rows(DatabaseNamespace.SANDBOX, [{"sender": "AGENT", "recipient": "USER", "content": "Planned."}])
    assert scenario.evaluate(context).similarity == 1
    with pytest.raises(Exception, match="there is no table 'calender'"):
        from_text(YAML.replace("added: {calendar", "added: {calender"))


@pytest.mark.parametrize(
    ("name", "columns", "similarities", "problem"),
    [
        ("calendar", {"a": "text"}, {}, "upper-case"),
        ("CALENDAR", {"a": "date"}, {}, "date"),
        ("CALENDAR", {}, {}, "no column"),
        ("CALENDAR", {"a": "text"}, {"b": "rouge"}, "not one of its own columns"),
        ("CALENDAR", {"sandbox_message_index": "number"}, {}, "sandbox_message_index"),
        ("SETTING", {"a": "text"}, {}, "exists with other columns"),
    ],
)
def test_an_unusable_table_is_refused_and_leaves_nothing_behind(
    name: str, columns: dict[str, str], similarities: dict[str, str], problem: str
) -> None:
    before = list(DatabaseNamespace)
    with pytest.raises(SettingsError, match=problem):
        register_namespace(name, columns, similarities)
    assert list(DatabaseNamespace) == before


def test_the_columns_of_the_built_in_tables_are_those_of_the_specification() -> None:
    expected = {
        "SETTING": "device_id cellular wifi location_service low_battery_mode latitude longitude",
        "CONTACT": "person_id name phone_number relationship is_self",
        "MESSAGING": "message_id sender_person_id sender_phone_number recipient_person_id recipient_phone_number "
        "content creation_timestamp",
        "REMINDER": "reminder_id content creation_timestamp reminder_timestamp latitude longitude",
    }
    for name, columns in expected.items():
        assert " ".join(schema_of(name).columns) == columns
        assert list(schema_of(name).dtypes()) == ["sandbox_message_index", *columns.split()]
    assert INITIAL_SETTING["device_id"] == "04640c30-ec89-5a3c-9fb4-4af3101c8e04"
