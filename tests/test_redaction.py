"""Credentials are masked by name, by value and by look; nothing else is touched."""

from __future__ import annotations

from typing import Any

import pytest

from tool_sandbox.redaction import MASK, is_secret_name, redact, redact_text, remove_values


@pytest.mark.parametrize(
    "name",
    [
        "api_key",
        "apiKey",
        "X-Api-Key",
        "OPENAI_API_KEY",
        "Authorization",
        "password",
        "client_secret",
        "aws_secret_access_key",
        "aws_access_key_id",
        "aws_session_token",
        "azure_ad_token",
        "access_token",
        "vertex_credentials",
        "Cookie",
    ],
)
def test_names_of_credentials_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["max_tokens", "stop_token", "temperature", "key", "tool_choice", "secretary", "author", "prompt_tokens"]
)
def test_names_of_other_things_are_not(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Incorrect API key provided: sk-proj-abc123456789.", f"Incorrect API key provided: {MASK}."),
        ("Authorization: Bearer abc.def-123456", f"Authorization: Bearer {MASK}"),
        ("redis://:hunter22@localhost:6379/0", f"redis://:{MASK}@localhost:6379/0"),
        ("https://joe:hunter22@host/v1", f"https://joe:{MASK}@host/v1"),
        ("GET https://host/v1?alt=json&key=AIzaSyA123 failed", f"GET https://host/v1?alt=json&key={MASK} failed"),
        ("gsk_abcdefghijkl and AKIAABCDEFGHIJKLMNOP", f"{MASK} and {MASK}"),
    ],
)
def test_what_looks_like_a_credential_is_masked(text: str, expected: str) -> None:
    assert redact_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Text Dana that I'm running ten minutes late.",
        "https://host:8080/v1?model=gpt",
        "task-management and risk-assessment-tool",
        "call_0123456789abcdef",
        "a@b.c",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert redact_text(text) == text


def test_data_is_copied_and_masked_at_any_depth() -> None:
    data: dict[str, Any] = {
        "a": [{"api_key": "x", "n": 1}],
        "headers": {"Authorization": "y"},
        "empty": {"password": None},
    }

    masked = redact(data)

    assert masked == {
        "a": [{"api_key": MASK, "n": 1}],
        "headers": {"Authorization": MASK},
        "empty": {"password": None},
    }
    assert data["a"][0]["api_key"] == "x"


def test_known_values_are_masked_wherever_they_are_the_longest_first() -> None:
    data = {"text": "open-sesame-now and open-sesame", "list": ("open-sesame",), "number": 5}

    masked = remove_values(data, ["open-sesame", "open-sesame-now", ""])

    assert masked == {"text": f"{MASK} and {MASK}", "list": [MASK], "number": 5}
