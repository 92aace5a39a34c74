"""What the roles of a run share: a budget that is set while it is played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from tests.providers.emulator import Emulator
from tests.providers.openai_style import OpenAI
from tests.waiting import HANG
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import BudgetExceededError, SettingsError
from tool_sandbox.llm.chat import CallTag, ChatModel, ChatRequest
from tool_sandbox.llm.layers.journal.files import JournalFiles
from tool_sandbox.registry.run_resources import RunResources, Seat
from tool_sandbox.registry.settings import RunSettings

PRICES = {"input_per_million": 1000, "output_per_million": 0}
"""The emulator counts 1,000 tokens for every prompt: a call costs one dollar."""


@pytest.fixture
def server() -> Iterator[Emulator]:
    with Emulator(OpenAI()) as found:
        yield found


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[RunResources]:
    made = _resources(tmp_path)
    yield made
    made.close()


def _resources(path: Path, seat: Seat | None = None) -> RunResources:
    settings = RunSettings(agent="any", user="oracle", output=str(path))
    return RunResources(settings, path, calls=lambda: JournalFiles(path), seat=seat)


def _model(resources: RunResources, server: Emulator, role: RoleType = RoleType.AGENT, **config: object) -> ChatModel:
    return resources.model(
        f"direct:m@{server.base_url}", role, {"api_key": "key-for-tests", "prices": PRICES, **config}
    )


def _ask(model: ChatModel, server: Emulator, turn: int, role: RoleType = RoleType.AGENT) -> None:
    tag = CallTag(scenario="s", role=str(role), turn=turn)
    messages = ({"role": "user", "content": "x" * 300},)
    asked = ChatRequest(model=f"direct:m@{server.base_url}", messages=messages, timeout=HANG, tag=tag)
    model.complete(evolve(asked, params={"max_tokens": 10}))


def test_a_budget_that_is_set_later_counts_what_all_roles_have_paid_and_holds(
    resources: RunResources, server: Emulator
) -> None:
    agent, user = (_model(resources, server, role) for role in (RoleType.AGENT, RoleType.USER))
    _ask(agent, server, 1)
    _ask(user, server, 1, RoleType.USER)
    with pytest.raises(SettingsError, match=r"a budget of 1\.5 USD is too low: 2\.0000 are spent"):
        resources.change_budget(1.5)
    assert not resources.budget

    resources.change_budget(3)
    assert resources.budget == 3
    _ask(user, server, 2, RoleType.USER)
    with pytest.raises(BudgetExceededError, match="budget of the run is 3 USD"):
        _ask(agent, server, 2)
    assert len(server.requests) == 3


def test_what_an_earlier_part_of_the_run_has_paid_counts_too(tmp_path: Path, server: Emulator) -> None:
    earlier = _resources(tmp_path)
    _ask(_model(earlier, server), server, 1)
    earlier.close()

    later = _resources(tmp_path)
    _model(later, server)
    with pytest.raises(SettingsError, match=r"1\.0000 are spent"):
        later.change_budget(0.5)
    later.change_budget(1.2)
    assert later.budget == pytest.approx(1.2)
    later.close()


def test_models_of_unknown_price_can_have_no_budget(resources: RunResources, server: Emulator) -> None:
    _model(resources, server, prices=None)
    with pytest.raises(SettingsError, match="nobody knows its price"):
        resources.change_budget(3)


def test_workers_that_borrow_nothing_get_no_budget_later(tmp_path: Path, server: Emulator) -> None:
    resources = _resources(tmp_path, Seat())
    _model(resources, server)
    assert str(resources.fixed_because).startswith("Ctrl-C, then resume with --budget")
    with pytest.raises(SettingsError, match="several processes began without one"):
        resources.change_budget(3)
    resources.close()


def test_where_no_model_is_asked_there_is_nothing_to_be_capped(resources: RunResources) -> None:
    with pytest.raises(SettingsError, match="no model is asked"):
        resources.change_budget(3)


def test_a_budget_of_one_role_leaves_no_room_for_one_of_the_run(resources: RunResources, server: Emulator) -> None:
    _model(resources, server, max_budget=5.0)
    _model(resources, server, RoleType.USER)
    with pytest.raises(SettingsError, match="one role alone has a budget"):
        resources.change_budget(3)
