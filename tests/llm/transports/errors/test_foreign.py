"""Exceptions of other libraries leave as ours, and take nothing along that should not be read."""

from __future__ import annotations

import traceback

import pytest

from tool_sandbox.errors import ProviderUnavailableError
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.errors.foreign import own_errors, standard_error


def test_the_traceback_of_a_providers_failure_shows_neither_key_nor_request() -> None:
    settings = ModelSettings.from_config({"api_key": "open-sesame-1234"})
    converted = own_errors(lambda error: standard_error(error, "openai/gpt-test", settings, "AGENT"))

    with pytest.raises(ProviderUnavailableError) as caught, converted:
        raise ConnectionResetError("gone: Authorization: Bearer open-sesame-1234, body: the whole conversation")

    shown = "".join(traceback.format_exception(caught.value))
    assert "ProviderUnavailableError" in shown
    assert "open-sesame" not in shown
