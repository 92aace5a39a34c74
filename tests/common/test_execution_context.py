"""spec: the world's tables, snapshots and the current context."""

from __future__ import annotations

import asyncio
import copy
import json
import threading

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.exceptions import ColumnNotFoundError, ComputeError, NoDataError, SchemaError
from polars.testing import assert_frame_equal

from tool_sandbox.common.execution_context import (
    Access,
    DatabaseNamespace,
    ExecutionContext,
    RoleType,
    ScenarioCategories,
    get_current_context,
    isolated_context,
    new_context,
    new_context_with_attribute,
    set_current_context,
)

SANDBOX, SETTING, CONTACT, MESSAGING, REMINDER = DatabaseNamespace


def message(
    content: str = "hello", sender: str = "USER", recipient: str = "AGENT", **more: object
) -> dict[str, object]:
    return {"sender": sender, "recipient": recipient, "content": content, **more}


def contact(person_id: str, **more: object) -> dict[str, object]:
    return {"person_id": person_id, "name": person_id.title(), **more}


@pytest.fixture
def world() -> ExecutionContext:
    return ExecutionContext()


def remove_contact(world: ExecutionContext, person_id: str) -> None:
    world.remove_rows(CONTACT, lambda row: bool(row["person_id"] == person_id))


def ids(world: ExecutionContext, index: int | None = None) -> list[str]:
    return [row["person_id"] for row in world.rows(CONTACT, index)]


# -- words -----------------------------------------------------------------------------------------------------------


def test_enum_values_are_upper_case_names_and_equal_to_text() -> None:
    assert [str(member) for member in RoleType] == ["SYSTEM", "USER", "AGENT", "EXECUTION_ENVIRONMENT"]
    assert RoleType("AGENT") is RoleType["AGENT"]
    assert f"{RoleType.AGENT}" == "AGENT" == RoleType.AGENT
    assert len(ScenarioCategories) == 18
    with pytest.raises(ValueError, match="BUTLER"):
        RoleType("BUTLER")
    with pytest.raises(KeyError):
        RoleType["BUTLER"]


# -- a fresh world ---------------------------------------------------------------------------------------------------


def test_fresh_world_has_headguards_and_one_setting_row(world: ExecutionContext) -> None:
    assert world.max_sandbox_message_index == -1
    assert world.first_user_sandbox_message_index == -1
    for namespace in DatabaseNamespace:
        stored = world._dbs[namespace]
        assert stored.columns == list(ExecutionContext.dbs_schemas[namespace])
        assert stored["sandbox_message_index"][0] == 0
        assert all(stored[name][0] is None for name in stored.columns[1:])
        assert stored.height == (2 if namespace == SETTING else 1)
    setting = world.get_database(SETTING).to_dicts()[0]
    assert setting["device_id"] == "04640c30-ec89-5a3c-9fb4-4af3101c8e04"
    assert (setting["latitude"], setting["low_battery_mode"]) == (37.334606, False)


def test_schemas_have_the_columns_of_the_original() -> None:
    assert ExecutionContext.dbs_schemas[REMINDER] == {
        "sandbox_message_index": pl.Int32,
        "reminder_id": pl.String,
        "content": pl.String,
        "creation_timestamp": pl.Float64,
        "reminder_timestamp": pl.Float64,
        "latitude": pl.Float64,
        "longitude": pl.Float64,
    }
    role = pl.Enum(["SYSTEM", "USER", "AGENT", "EXECUTION_ENVIRONMENT"])
    assert ExecutionContext.dbs_schemas[SANDBOX]["visible_to"] == pl.List(role)


# -- snapshots -------------------------------------------------------------------------------------------------------


def test_worked_example_of_a_device_table(world: ExecutionContext) -> None:
    world.add_rows(CONTACT, [contact("a"), contact("b")])
    world.add_rows(SANDBOX, [message()] * 3)
    world.add_rows(CONTACT, [contact("c")])
    world.remove_rows(CONTACT, lambda row: row["person_id"] == "a")
    assert world.snapshot_indices(CONTACT) == (0, 3)
    world.add_rows(SANDBOX, [message()] * 3)
    assert ids(world, 4) == ["b", "c"]
    assert ids(world, 2) == ["a", "b"]
    with pytest.raises(IndexError, match="7"):
        world.rows(CONTACT, 7)


def test_worked_example_of_the_log(world: ExecutionContext) -> None:
    world.add_rows(SANDBOX, [message("m0"), message("m1")])
    stored = world._dbs[SANDBOX]
    assert stored["sandbox_message_index"].to_list() == [0, 0, 1]
    world.update_database(SANDBOX, world.get_database(SANDBOX).with_columns(pl.lit("m1'").alias("content")))
    assert world._dbs[SANDBOX]["sandbox_message_index"].to_list() == [0, 0, 1, 1]
    world.add_rows(SANDBOX, [message("m2", conversation_active=False), message("m3")])
    history = world.get_database(SANDBOX, get_all_history_snapshots=True)
    assert history["content"].to_list() == ["m0", "m1'", "m2", "m3"]
    assert history["conversation_active"].to_list() == [True, True, False, False]
    assert world.get_database(SANDBOX)["content"].to_list() == ["m3"]
    assert world.get_database(SANDBOX, 1)["content"].to_list() == ["m1'"]
    assert world.get_database(SANDBOX, -1)["content"].to_list() == ["m0"]


def test_removal_down_to_nothing_is_seen(world: ExecutionContext) -> None:
    world.add_rows(CONTACT, [contact("a")])
    world.add_rows(SANDBOX, [message()] * 5)
    world.remove_from_database(CONTACT, pl.col("person_id") == "a")
    assert ids(world) == []
    assert ids(world, 4) == ["a"]
    assert world.get_database(CONTACT, drop_headguard=False).height == 1


def test_last_row_of_a_table_first_written_after_messages_can_be_removed(world: ExecutionContext) -> None:
    world.add_rows(SANDBOX, [message()] * 3)
    world.add_rows(REMINDER, [{"reminder_id": "r"}])
    world.add_rows(SANDBOX, [message()])
    world.remove_from_database(REMINDER, pl.col("reminder_id") == "r")
    assert world.rows(REMINDER) == ()


def test_most_recent_snapshot_index(world: ExecutionContext) -> None:
    world.add_rows(SANDBOX, [message()])
    world._maybe_create_snapshot(SETTING)
    world.add_rows(SANDBOX, [message()] * 2)
    world._maybe_create_snapshot(SETTING)
    world.add_rows(SANDBOX, [message()])
    assert world.snapshot_indices(SETTING) == (0, 1, 3)
    found = [world.get_most_recent_snapshot_sandbox_message_index(SETTING, query) for query in (-1, 0, 2, 4)]
    assert found == [0, 0, 1, 3]
    with pytest.raises(IndexError, match="4"):
        world.get_most_recent_snapshot_sandbox_message_index(SETTING, 5)
    assert world.get_most_recent_snapshot_sandbox_message_index(namespace=MESSAGING, query_index=1) == -1
    assert world.get_database(MESSAGING, 99, drop_headguard=False).is_empty()


def test_creating_a_snapshot_copies_exactly_and_only_once(world: ExecutionContext) -> None:
    world.add_rows(CONTACT, [contact("b"), contact("a")])
    world.add_rows(SANDBOX, [message()])
    before = world._dbs[CONTACT]
    world._maybe_create_snapshot(CONTACT)
    once = world._dbs[CONTACT]
    world._maybe_create_snapshot(CONTACT)
    assert_frame_equal(world._dbs[CONTACT], once)
    assert_frame_equal(once.filter(pl.col("sandbox_message_index") == 0), before)
    copied = once.filter(pl.col("sandbox_message_index") == 1).drop("sandbox_message_index")
    assert_frame_equal(copied, before.drop("sandbox_message_index"))


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("add"), st.sampled_from("abcd")),
            st.tuples(st.just("remove"), st.sampled_from("abcd")),
            st.tuples(st.just("say"), st.just("")),
        ),
        max_size=25,
    )
)
def test_every_past_state_stays_what_it_was(steps: list[tuple[str, str]]) -> None:
    world = ExecutionContext()
    model: list[str] = []
    after: dict[int, list[str]] = {}
    for kind, name in steps:
        if kind == "say":
            world.add_rows(SANDBOX, [message()])
            after[world.max_sandbox_message_index] = list(model)
        elif kind == "add":
            world.add_rows(CONTACT, [contact(name)])
            model.append(name)
        else:
            remove_contact(world, name)
            model = [other for other in model if other != name]
    restored = ExecutionContext.from_dict(json.loads(json.dumps(world.to_dict(serialize_console=False))))
    for index, expected in after.items():
        assert ids(world, index) == expected == ids(restored, index)
        assert world.get_database(CONTACT, index)["person_id"].to_list() == expected


# -- writing ---------------------------------------------------------------------------------------------------------


def test_rows_are_checked_before_anything_is_written(world: ExecutionContext) -> None:
    with pytest.raises(KeyError, match="shoe_size"):
        world.add_to_database(CONTACT, [contact("a"), {"shoe_size": 42}])
    with pytest.raises(ValueError, match="CONTACT"):
        world.add_to_database(CONTACT, [contact("a"), {}])
    assert ids(world) == []


def test_given_index_is_overwritten_and_missing_keys_are_null(world: ExecutionContext) -> None:
    world.add_rows(SANDBOX, [message()])
    world.add_to_database(CONTACT, [{"name": "a", "sandbox_message_index": 99}, {"person_id": "b"}])
    frame = world.get_database(CONTACT, drop_sandbox_message_index=False)
    assert frame["sandbox_message_index"].to_list() == [1, 1]
    assert frame["name"].to_list() == ["a", None]


@pytest.mark.parametrize(
    ("namespace", "column", "given_value", "stored"),
    [
        (CONTACT, "name", 5, "5"),
        (CONTACT, "name", 5.5, "5.5"),
        (CONTACT, "name", True, "true"),
        (REMINDER, "latitude", "1.5", 1.5),
        (REMINDER, "latitude", True, 1.0),
        (REMINDER, "latitude", 2, 2.0),
        (CONTACT, "is_self", 1, True),
    ],
)
def test_values_that_fit_a_column_are_converted(
    world: ExecutionContext, namespace: DatabaseNamespace, column: str, given_value: object, stored: object
) -> None:
    world.add_to_database(namespace, [{column: given_value}])
    value = world.rows(namespace)[-1][column]
    assert (value, type(value)) == (stored, type(stored))


@pytest.mark.parametrize(
    ("namespace", "row"),
    [
        (REMINDER, {"latitude": "north"}),
        (REMINDER, {"latitude": 10**400}),
        (CONTACT, {"is_self": "yes"}),
        (CONTACT, {"name": ["a"]}),
        (SANDBOX, {"sender": "BUTLER"}),
        (SANDBOX, {"visible_to": "USER"}),
        (SANDBOX, {"visible_to": ["BUTLER"]}),
    ],
)
def test_values_that_do_not_fit_are_refused(
    world: ExecutionContext, namespace: DatabaseNamespace, row: dict[str, object]
) -> None:
    with pytest.raises(ComputeError, match=next(iter(row))):
        world.add_to_database(namespace, [row])


def test_lone_surrogates_are_stored_as_replacement_characters(world: ExecutionContext) -> None:
    world.add_rows(SANDBOX, [message("a\ud800b")])
    assert world.rows(SANDBOX)[0]["content"] == "a?b"
    json.dumps(world.to_dict(serialize_console=False), ensure_ascii=False).encode()


def test_removal_needs_a_match_and_never_touches_the_log(world: ExecutionContext) -> None:
    world.add_rows(CONTACT, [contact("a", relationship="friend"), contact("b")])
    with pytest.raises(KeyError):
        world.remove_from_database(SANDBOX, pl.col("content") == "x")
    with pytest.raises(NoDataError) as caught:
        world.remove_from_database(CONTACT, pl.col("person_id") == "z")
    assert "0x" not in str(caught.value)
    world.remove_from_database(CONTACT, pl.col("relationship") == "friend")
    assert ids(world) == []  # a null verdict goes as well


def test_update_replaces_the_snapshot_and_checks_its_shape(world: ExecutionContext) -> None:
    world.add_rows(SANDBOX, [message()])
    frame = world.get_database(SETTING)
    world.update_database(SETTING, frame.with_columns(~pl.col("wifi"), pl.lit(1).alias("extra")))
    assert world.rows(SETTING)[0]["wifi"] is False
    assert world.rows(SETTING, 0)[0]["wifi"] is True
    with pytest.raises(ColumnNotFoundError, match="wifi"):
        world.update_database(SETTING, frame.drop("wifi"))
    with pytest.raises(SchemaError, match="latitude"):
        world.update_database(SETTING, frame.with_columns(pl.lit(1, dtype=pl.Int32).alias("latitude")))
    world.update_database(SETTING, frame.with_columns(pl.lit(None).alias("latitude")))
    assert world.rows(SETTING)[0]["latitude"] is None
    world.update_database(SETTING, frame.clear())
    assert world.rows(SETTING) == ()


def test_updating_the_log_makes_no_new_message(world: ExecutionContext) -> None:
    world.add_rows(SANDBOX, [message()])
    world.update_database(SANDBOX, world.get_database(SANDBOX).with_columns(~pl.col("conversation_active")))
    assert world.max_sandbox_message_index == 0
    assert world.last_message_row()["conversation_active"] is False


def test_headguards_are_dropped_with_and_without_index() -> None:
    frame = pl.DataFrame({"sandbox_message_index": [0, 0], "a": [None, 1], "b": [None, None]})
    assert ExecutionContext.drop_headguard(frame)["a"].to_list() == [1]
    assert ExecutionContext.drop_headguard(frame.drop("sandbox_message_index"))["a"].to_list() == [1]


def test_first_user_message_is_the_first_that_is_no_example(world: ExecutionContext) -> None:
    world.add_rows(SANDBOX, [message(visible_to=["USER"]), message(visible_to=["USER", "AGENT"])])
    assert world.first_user_sandbox_message_index == 1


# -- tools -----------------------------------------------------------------------------------------------------------


def test_allow_and_deny_lists_choose_tools_in_discovery_order() -> None:
    world = ExecutionContext(["set_wifi_status", "add_contact", "search_contacts"], ["search_contacts"])
    assert list(world.get_available_tools(scrambling_allowed=True)) == ["add_contact", "set_wifi_status"]
    assert list(ExecutionContext([]).get_available_tools(scrambling_allowed=True)) == []
    assert len(ExecutionContext().get_available_tools(scrambling_allowed=True)) == 34


def test_scrambled_names_are_mapped_both_ways() -> None:
    world = ExecutionContext(["add_contact"], None, [ScenarioCategories.TOOL_NAME_SCRAMBLED])
    assert list(world.get_available_tools(scrambling_allowed=True)) == ["contact_0"]
    assert list(world.get_available_tools(scrambling_allowed=False)) == ["add_contact"]
    assert world.get_agent_facing_tool_name("add_contact") == "contact_0"
    assert world.get_execution_facing_tool_name("contact_0") == "add_contact"
    assert world.get_agent_to_execution_facing_tool_name()["contact_0"] == "add_contact"
    for unknown in (world.get_agent_facing_tool_name, world.get_execution_facing_tool_name):
        with pytest.raises(KeyError):
            unknown("fly")
    assert ExecutionContext().get_execution_facing_tool_name("anything") == "anything"


# -- copies and files ------------------------------------------------------------------------------------------------


def test_copies_are_independent(world: ExecutionContext) -> None:
    world.tool_allow_list = ["add_contact"]
    world.interactive_console.runsource("import json\nnumbers = [1]\n", symbol="exec")
    world.interactive_console.runsource("def double(): return numbers * 2\n\n", symbol="exec")
    twin = copy.deepcopy(world)
    (twin.tool_allow_list or []).append("x")
    twin.interactive_console.locals["numbers"].append(2)
    twin.add_rows(CONTACT, [contact("a")])
    assert world.tool_allow_list == ["add_contact"]
    assert world.interactive_console.locals["numbers"] == [1]
    assert ids(world) == []
    assert twin.interactive_console.locals["json"] is json
    assert twin.interactive_console.locals["double"]() == [1, 2, 1, 2]
    assert world.interactive_console.locals["double"]() == [1, 1]


def test_chance_is_seeded_and_copied() -> None:
    one, other = ExecutionContext(seed="s"), ExecutionContext(seed="s")
    assert one.new_id() == other.new_id() != one.new_id()
    twin = one.fork()
    assert twin.new_id() == one.new_id()


def test_round_trip_keeps_console_only_when_asked(world: ExecutionContext) -> None:
    world.interactive_console.runsource("x = 41\n")
    world.interactive_console.runsource("def f(): return x + 1\n\n", symbol="exec")
    world.trace_tool = True
    kept = ExecutionContext.from_dict(world.to_dict(serialize_console=True))
    assert kept.interactive_console.locals["f"]() == 42
    assert kept.trace_tool is True
    lost = ExecutionContext.from_dict(json.loads(json.dumps(world.to_dict(serialize_console=False))))
    assert "x" not in lost.interactive_console.locals


def test_dict_form_has_the_original_keys_in_order(world: ExecutionContext) -> None:
    data = world.to_dict(serialize_console=False)
    assert list(data) == [
        "_dbs",
        "interactive_console",
        "tool_allow_list",
        "tool_deny_list",
        "trace_tool",
        "tool_augmentation_list",
        "preferred_tool_backend",
    ]
    assert list(json.loads(json.dumps(data))["_dbs"]) == ["SANDBOX", "SETTING", "CONTACT", "MESSAGING", "REMINDER"]
    del data["trace_tool"]
    with pytest.raises(KeyError):
        ExecutionContext.from_dict(data)
    with pytest.raises(KeyError):
        ExecutionContext.from_dict({**data, "_dbs": {"SHOES": []}})


def test_json_form_is_that_of_the_dict_form(world: ExecutionContext) -> None:
    world.add_rows(SANDBOX, [message("a\nb \u2028 é", visible_to=["USER"]), message(tool_trace=["{}", "\x85"])])
    world.add_rows(CONTACT, [contact("a")])
    world.remove_rows(CONTACT, lambda _: True)
    world.annotate(1, text="thinking")
    expected = json.dumps(world.to_dict(serialize_console=False), indent=4, ensure_ascii=False)
    assert world.to_json() == expected
    assert world.fork().to_json() == expected
    bare = ExecutionContext.from_dict({**world.to_dict(serialize_console=False), "_dbs": {"CONTACT": []}})
    assert json.loads(bare.to_json())["_dbs"]["CONTACT"] == []


def test_stored_frames_can_be_assigned(world: ExecutionContext) -> None:
    frame = world._dbs[CONTACT]
    row = {"sandbox_message_index": 0, "person_id": "a", "is_self": True}
    world._dbs[CONTACT] = pl.concat([frame, pl.DataFrame([row], schema_overrides=frame.schema)], how="diagonal")
    assert ids(world) == ["a"]


# -- access and the current world ------------------------------------------------------------------------------------


def test_access_says_which_tables_were_used(world: ExecutionContext) -> None:
    world.access = Access()
    world.rows(CONTACT)
    world.get_database(SETTING)
    world.add_rows(REMINDER, [{"reminder_id": "r"}])
    assert (world.access.reads, world.access.writes) == ({CONTACT, SETTING}, {REMINDER})
    assert world.access.conflicts_with(Access(reads={REMINDER}))
    assert not world.access.conflicts_with(Access(reads={CONTACT}))


def test_current_world_is_created_replaced_and_restored() -> None:
    first = get_current_context()
    assert get_current_context() is first
    other = ExecutionContext()
    with new_context(other) as current:
        assert current is other is get_current_context()
        replaced = ExecutionContext()
        set_current_context(replaced)
        assert get_current_context() is replaced
    assert get_current_context() is first


def test_attributes_are_set_for_a_while() -> None:
    with pytest.raises(AttributeError), new_context_with_attribute(trace_tool=True, shoe_size=42):
        pass
    world = get_current_context()
    seen = [world.trace_tool]
    with new_context_with_attribute(trace_tool=True):
        seen.append(world.trace_tool)
        set_current_context(ExecutionContext())
    assert [*seen, world.trace_tool] == [False, True, False]


def test_threads_have_worlds_of_their_own() -> None:
    mine = get_current_context()
    theirs: list[ExecutionContext] = []
    thread = threading.Thread(target=lambda: theirs.append(get_current_context()))
    thread.start()
    thread.join()
    assert theirs[0] is not mine


async def test_a_role_in_a_thread_can_replace_the_world_of_its_own_task_only() -> None:
    async def sample(name: str) -> str:
        isolated_context(ExecutionContext([name]))
        await asyncio.to_thread(lambda: set_current_context(ExecutionContext([f"{name}!"])))
        await asyncio.sleep(0)
        return (get_current_context().tool_allow_list or [""])[0]

    assert await asyncio.gather(*(sample(name) for name in "abc")) == ["a!", "b!", "c!"]
