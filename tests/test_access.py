from __future__ import annotations

import pytest

from tool_sandbox.access import is_loopback, refusal


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.53", "::1", "[::1]"])
def test_this_machines_own_names_are_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "example.org", "localhost.example.org", "192.168.0.2", "::"])
def test_other_names_are_not(host: str) -> None:
    assert not is_loopback(host)


def test_without_a_token_a_name_that_leads_here_is_refused() -> None:
    assert refusal("127.0.0.1", "", None, remedy="") is None
    refused = refusal("evil.example", "", None, remedy="")
    assert refused is not None
    assert (refused.status, refused.text) == (421, "'evil.example' is not this machine.")


@pytest.mark.parametrize("given", ["", "wrong", "s3cret ", "s3créte"])
def test_with_a_token_only_who_knows_it_is_answered(given: str) -> None:
    refused = refusal("127.0.0.1", given, "s3cret", remedy="Send the token.")
    assert refused is not None
    assert (refused.status, refused.text) == (403, "Send the token.")
    assert refusal("example.org", "s3cret", "s3cret", remedy="") is None
