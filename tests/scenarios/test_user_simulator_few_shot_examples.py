from __future__ import annotations

from tool_sandbox.scenarios.user_simulator_few_shot_examples import (
    USER_INSTRUCTION,
    default_example,
    named_user_simulator_few_shot_examples,
)

LENGTHS = {
    "search_message_with_recency_latest_multiple_user_turn": 6,
    "modify_contact_with_message_recency_multiple_user_turn": 8,
    "remove_contact_by_phone_multiple_user_turn": 8,
    "send_message_with_contact_content_cellular_off_multiple_user_turn": 12,
    "find_temperature_f_with_location_and_time_diff_multiple_user_turn": 8,
    "find_temperature_low_battery_mode": 12,
}


def test_a_task_can_be_put_right_behind_the_instruction() -> None:
    assert USER_INSTRUCTION.endswith(": ")
    assert "end_conversation" in USER_INSTRUCTION


def test_examples_have_the_promised_names_and_lengths() -> None:
    examples = named_user_simulator_few_shot_examples()
    assert {name: len(rows) for name, rows in examples.items()} == LENGTHS
    assert default_example() in examples


def test_every_example_is_a_conversation_only_the_user_sees() -> None:
    for rows in named_user_simulator_few_shot_examples().values():
        assert all(row["visible_to"] == ["USER"] for row in rows)
        first, *talk, last = rows
        assert (first["sender"], first["recipient"]) == ("SYSTEM", "USER")
        assert first["content"].startswith(USER_INSTRUCTION)
        assert [row["sender"] for row in talk] == ["USER", "AGENT"] * (len(talk) // 2)
        assert (last["sender"], last["recipient"], last["content"]) == (
            "USER",
            "EXECUTION_ENVIRONMENT",
            "end_conversation()",
        )


def test_examples_are_fresh_each_time() -> None:
    named_user_simulator_few_shot_examples()[default_example()].clear()
    assert len(named_user_simulator_few_shot_examples()[default_example()]) == 12
