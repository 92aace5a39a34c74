"""Models past their announced end are named once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.llm.fakes import question
from tests.llm.loopback import serving
from tool_sandbox.llm.transports.through_litellm.retirement import announced_end_of, warn_if_retired
from tool_sandbox.llm.transports.through_litellm.transport import LiteLLMTransport, close_litellm, load_litellm


@pytest.mark.parametrize(
    ("listing", "told"),
    [
        ({"deprecation_date": "2024-06-13"}, True),
        ({"deprecation_date": "2999-01-01"}, False),
        ({"deprecation_date": "soon"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_only_an_end_that_has_passed_is_told(
    listing: dict[str, Any] | None, told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    warn_if_retired(f"openai/listed-as-{listing}", listing)
    assert ("2024-06-13" in caplog.text) == told
    assert bool(caplog.records) == told


def test_the_day_of_an_end_is_read_where_it_is_one() -> None:
    assert announced_end_of({"deprecation_date": "2024-06-13"}) == date(2024, 6, 13)
    assert announced_end_of({"deprecation_date": "soon"}) is None
    assert announced_end_of(None) is None


async def test_asking_such_a_model_warns_once_for_all_agents(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(load_litellm().model_cost, "openai/old-model", {"deprecation_date": "2024-06-13"})
    with serving() as server:
        for _ in range(2):
            transport = LiteLLMTransport({"api_base": server.base, "api_key": "sk-test"})
            transport.complete(question(model="openai/old-model"))
            await transport.acomplete(question(model="openai/old-model"))
    await close_litellm()
    (record,) = [record for record in caplog.records if record.name.startswith("tool_sandbox")]
    assert "'openai/old-model' is past the end" in record.getMessage()
