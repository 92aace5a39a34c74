from __future__ import annotations

from typing import Any

import pytest

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.config import connection_for

SECRET = "verysecretvalue"
BAD = {
    f"{SECRET}\n": "ends with a line break",
    f"{SECRET}\r\n": "ends with a line break",
    f"{SECRET}\nX-Other: 1": "holds a line break",
    f" {SECRET}": "begins or ends with a space",
    f"{SECRET}\u200b": "holds the character U+200B",
    f"“{SECRET}”": "holds the character U+201C",
    f"{SECRET}\x00": "holds the character U+0000",
    f"{SECRET}\x7f": "holds the character U+007F",
    "\n": "holds nothing but line breaks",
}


def refused(model: str, given: dict[str, Any], environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        connection_for(model, given, environ)
    assert SECRET not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("value", "problem"), BAD.items())
def test_a_key_that_http_cannot_carry_is_refused_by_the_name_of_its_variable(value: str, problem: str) -> None:
    message = refused("openai/gpt-5", {}, {"OPENAI_API_KEY": value})
    assert f"the environment variable OPENAI_API_KEY {problem}" in message


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("direct:http://127.0.0.1:9/v1/m", "DIRECT_API_KEY"),
        ("anthropic/claude-x", "ANTHROPIC_AUTH_TOKEN"),
        ("azure/m", "AZURE_AD_TOKEN"),
        ("bedrock/m", "AWS_SECRET_ACCESS_KEY"),
        ("newcomer/m", "NEWCOMER_API_KEY"),
    ],
)
def test_whatever_a_provider_reads_is_looked_at(model: str, variable: str) -> None:
    environ = {variable: f"{SECRET}\n", "AZURE_API_BASE": "https://host"}
    assert f"the environment variable {variable} ends with" in refused(model, {}, environ)


def test_a_key_that_was_given_is_named_by_its_setting() -> None:
    assert "the api_key of 'openai/gpt-5' ends with" in refused("openai/gpt-5", {"api_key": f"{SECRET}\n"}, {})


def test_a_key_that_a_configuration_took_from_a_variable_is_named_by_that() -> None:
    message = refused("openai/gpt-5", {"api_key": f"{SECRET}\n"}, {"MY_KEY": f"{SECRET}\n"})
    assert 'export MY_KEY="$(printf %s "$MY_KEY")"' in message


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"X-Trace": f"{SECRET}\nx"}, "the header 'X-Trace' of 'openai/gpt-5' (extra_headers) holds a line break"),
        ({"X-Trace": "käse"}, "holds the character U+00E4"),
        ({"X Trace": "a"}, "'X Trace' cannot name a header"),
        ({"": "a"}, "'' cannot name a header"),
        ({"X-Trace": 5}, "the header 'X-Trace' is int; write it as text"),
    ],
)
def test_a_header_that_http_cannot_carry_is_refused(headers: dict[str, Any], problem: str) -> None:
    assert problem in refused("openai/gpt-5", {"api_key": "k", "extra_headers": headers}, {})


def test_what_http_carries_goes_through() -> None:
    headers = {"X-Empty": "", "Authorization": "Bearer a b\tc", "x-ok!": "~"}
    environ = {"OPENAI_API_KEY": "sk-1", "GOOGLE_APPLICATION_CREDENTIALS": '{\n"type": "x"\n}'}
    assert connection_for("openai/gpt-5", {"extra_headers": headers}, environ)["extra_headers"] == headers
    assert "vertex_credentials" in connection_for("vertex_ai/m", {}, environ)
