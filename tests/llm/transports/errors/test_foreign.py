"""Exceptions of other libraries leave as ours, and take nothing along that should not be read."""

from __future__ import annotations

import traceback

import pytest

from tool_sandbox.errors import ProviderUnavailableError
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.errors.foreign import own_errors, provider_error, standard_error


def test_the_traceback_of_a_providers_failure_shows_neither_key_nor_request() -> None:
    settings = ModelSettings.from_config({"api_key": "open-sesame-1234"})
    converted = own_errors(lambda error: standard_error(error, "openai/gpt-test", settings, "AGENT"))

    with pytest.raises(ProviderUnavailableError) as caught, converted:
        raise ConnectionResetError("gone: Authorization: Bearer open-sesame-1234, body: the whole conversation")

    shown = "".join(traceback.format_exception(caught.value))
    assert "ProviderUnavailableError" in shown
    assert "open-sesame" not in shown


class InternalServerError(Exception):
    """As a library makes one of a connection that never was, with a status that nobody gave."""

    status_code = 500


def test_a_server_that_cannot_be_reached_gave_no_status_and_is_named_with_the_reason_once() -> None:
    refused = ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 9)")
    beneath = "ssl:<ssl.SSLContext object at 0x7f3d> [Connect call failed ('127.0.0.1', 9)]"
    said = InternalServerError(f"Cannot connect to host 127.0.0.1:9 {beneath}")
    said.__cause__ = refused
    error = provider_error(said, model="hosted_vllm/m")

    assert error.status is None
    assert str(error) == (
        "'hosted_vllm/m' failed: Cannot connect to host 127.0.0.1:9 [Connect call failed ('127.0.0.1', 9)]"
    )
