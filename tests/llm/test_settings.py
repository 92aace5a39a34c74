from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.settings import ModelSettings

ODD: list[Any] = [True, -1, 1.5, "text", [], ["a"], [5], {}, {"a": 1}, [{}]]


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("name", [each.name for each in attrs.fields(ModelSettings) if each.name != "explicit"])
def test_a_value_of_another_kind_is_refused_by_name(name: str, value: Any) -> None:
    outcome = _read({name: value})
    if isinstance(outcome, SettingsError):
        assert name in str(outcome)
    else:
        json.dumps([outcome.generation_params(), outcome.connection()])


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"prices": 1}, "prices=1 must be a mapping"),
        ({"max_tokens": 1.5}, "max_tokens=1.5 must be a whole number"),
        ({"num_retries": True}, "num_retries=True must be a whole number"),
        ({"stream": "yes"}, "stream='yes' must be true or false"),
        ({"user": 5}, "user=5 must be text"),
        ({"extra_body": [1]}, r"extra_body=\[1\] must be a mapping"),
        ({"fallbacks": [1]}, r"fallbacks=\[1\] must be a list of names"),
        ({"api_key": 12345}, r"api_key=\[redacted\] must be text"),
        ({"tool_format": "xml"}, "unknown way to prompt for tools"),
    ],
)
def test_the_message_says_what_was_expected(config: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        ModelSettings.from_config(config)


def _read(config: dict[str, Any]) -> ModelSettings | SettingsError:
    try:
        return ModelSettings.from_config(config)
    except SettingsError as error:
        return error
