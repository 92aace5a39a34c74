"""The estimate of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.runs import fakes
from tests.scenarios import writing
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.registry.cast import RoleCast
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.estimates.estimate import Estimate, kept_estimate, told_afterwards
from tool_sandbox.runs.estimates.estimator import estimate
from tool_sandbox.scenarios import named_scenarios
from tool_sandbox.scenarios.presentations import augmented

MODEL = "direct:http://127.0.0.1:1/v1/m"
PRICES = {"prices": {"input_per_million": 1, "output_per_million": 2}}
TALK = """
- name: {name}
  user: {{knows: You want Wanda's number., says: Find my friend, replies: [Wanda]}}
  milestones: [{{called: search_contacts}}]
  solution: [say: Whom?, search_contacts: {{name: Wanda}}, say: Her number is +12065550139.]
"""


def reckoned(scenarios: Mapping[str, Scenario], agent: str = MODEL, user: str = "oracle", **more: Any) -> Estimate:
    settings = RunSettings(agent=agent, user=user, **more)
    return estimate(RoleCast(settings, scenarios, needs_keys=False), scenarios)


def talks(folder: Path, count: int) -> dict[str, Scenario]:
    return writing.scenarios(folder, "".join(TALK.format(name=f"talk_{number}") for number in range(count)))


def test_calls_tokens_and_money_follow_from_scenarios_and_trials(tmp_path: Path) -> None:
    once = reckoned(talks(tmp_path, 1), user=MODEL, params=PRICES, user_params=PRICES)
    more = reckoned(talks(tmp_path, 4), user=MODEL, params=PRICES, user_params=PRICES, trials=3)
    assert [role.calls for role in once.roles] == [3, 2]
    assert more.calls == 12 * once.calls
    assert more.tokens == 12 * once.tokens
    assert float(more.cost.known) == pytest.approx(12 * float(once.cost.known), rel=1e-3)


def test_more_tools_on_offer_are_more_tokens_in_every_request() -> None:
    everything = augmented(named_scenarios(ToolBackend.DEFAULT), ToolBackend.DEFAULT)
    names = [f"switch_wifi_off{suffix}" for suffix in ("", "_3_distraction_tools", "_all_tools")]
    sizes = [reckoned({name: everything[name]}).roles[0].prompt_tokens for name in names]
    assert sizes == sorted(set(sizes))


def test_of_very_many_scenarios_some_stand_for_all(tmp_path: Path) -> None:
    found = reckoned(talks(tmp_path, 400))
    assert (found.samples, found.calls) == (400, 1200)


def test_each_agent_of_the_rules_is_reckoned_for_its_scenarios(tmp_path: Path) -> None:
    rules = {"talk_0": "oracle", "talk_1": f"{MODEL}2"}
    found = reckoned(talks(tmp_path, 4), agent_rules=rules)
    assert [(role.model, role.calls) for role in found.roles] == [(f"{MODEL}2", 3), (MODEL, 6)]


def test_samples_that_are_taken_over_take_nothing(tmp_path: Path) -> None:
    four = talks(tmp_path, 4)
    settings = RunSettings(agent=MODEL, user="oracle", trials=2)
    cast = RoleCast(settings, four, needs_keys=False)
    some = estimate(cast, four, reused={("talk_0", 0), ("talk_0", 1), ("talk_3", 1)})
    assert (some.samples, some.reused, some.calls) == (8, 3, 15)
    everything = estimate(cast, four, reused={(name, trial) for name in four for trial in range(2)})
    assert (everything.calls, everything.seconds, everything.cost.is_nothing) == (0, 0, True)


def test_it_takes_as_long_as_the_longest_sample_or_as_all_of_them_in_turn(tmp_path: Path) -> None:
    four = talks(tmp_path, 4)
    seconds = [reckoned(four, concurrency=at_once).seconds for at_once in (1, 2, 4, 100)]
    assert seconds == pytest.approx([36, 18, 9, 9], rel=0.02)


def test_it_takes_no_less_time_than_the_caps_per_minute_allow(tmp_path: Path) -> None:
    four = talks(tmp_path, 4)  # 12 calls of the agent, 8 of the user
    alone = reckoned(four, concurrency=100)
    assert reckoned(four, concurrency=100, rpm=6).seconds == 60.0
    assert reckoned(four, concurrency=100, rpm=600).seconds == alone.seconds
    assert reckoned(four, concurrency=100, tpm=alone.tokens // 2 + 1).seconds == 60.0
    both = reckoned(four, user=MODEL, concurrency=100, rpm=5)
    assert both.seconds == 180.0, "both ask one endpoint"
    apart = reckoned(four, user="anthropic/claude-sonnet-4-5", concurrency=100, rpm=6)
    assert apart.seconds == 60.0


def test_what_cannot_be_reckoned_is_said() -> None:
    notes = " ".join(reckoned(fakes.scenarios(2), agent=MODEL, user="human", cache="memory").notes)
    assert "nobody knows the price of" in notes
    assert "what a person takes is not counted" in notes
    assert "2 scenarios have no solution" in notes
    assert "--cache" in notes


@pytest.mark.parametrize(("budget", "is_short"), [(0.000001, True), (5.0, False), (None, False)])
def test_a_budget_that_will_not_do_is_said(budget: float | None, is_short: bool, tmp_path: Path) -> None:
    notes = reckoned(talks(tmp_path, 2), params=PRICES, budget=budget).notes
    assert any("stops it before all samples are played" in note for note in notes) == is_short


@pytest.mark.parametrize(
    ("model", "config", "thinks"),
    [
        ("openai/o3", {}, (0, 200)),
        ("openai/o3", {"reasoning_effort": "high"}, (200, 400)),
        ("openai/gpt-5.4", {"reasoning_effort": "none"}, (0, 0)),
        ("anthropic/claude-sonnet-4-5", {}, (0, 0)),
        ("anthropic/claude-sonnet-4-5", {"thinking": {"type": "enabled", "budget_tokens": 2048}}, (200, 400)),
        ("anthropic/claude-sonnet-4-5", {"thinking": {"type": "disabled"}}, (0, 0)),
        ("openai/gpt-4o", {}, (0, 0)),
    ],
)
def test_a_model_is_taken_to_reason_when_it_is_told_to_and_may_do_so_when_it_can(
    model: str, config: dict[str, Any], thinks: tuple[int, int], tmp_path: Path
) -> None:
    scenarios = talks(tmp_path, 1)
    with_it = reckoned(scenarios, model, params=config, output=str(tmp_path)).roles[0]
    plain = reckoned(scenarios, "openai/gpt-4o", output=str(tmp_path)).roles[0]
    assert with_it.completion_tokens - plain.completion_tokens == pytest.approx(3 * thinks[0], abs=3)
    free = {**config, "prices": {"input_per_million": 0, "output_per_million": 1}}
    priced = reckoned(scenarios, model, params=free, output=str(tmp_path)).roles[0]
    answers = plain.completion_tokens
    assert float(priced.high.known) * 1e6 == pytest.approx(2 * answers + 6 * thinks[1], abs=10)


def test_what_a_run_keeps_of_it_can_be_told_afterwards(tmp_path: Path) -> None:
    record = reckoned(talks(tmp_path, 2), params=PRICES).to_record()
    assert kept_estimate(record) == record
    assert told_afterwards(record, is_finished=True).startswith("estimated 0.00")
    assert told_afterwards(record, is_finished=False).endswith(" for all 2 samples")
    unknown = reckoned(talks(tmp_path, 2)).to_record()
    assert told_afterwards(unknown, is_finished=True).startswith("estimated 6 calls, ")


@pytest.mark.parametrize("damage", [None, [], {}, {"cost": "a lot"}, {"samples": None}])
def test_what_is_no_estimate_is_none(damage: Any, tmp_path: Path) -> None:
    whole = reckoned(talks(tmp_path, 1)).to_record()
    assert kept_estimate({**whole, **damage} if damage else damage) is None
