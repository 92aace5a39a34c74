from __future__ import annotations

import json
from typing import Any

import pytest

from tests.runs.samples import scored, void
from tool_sandbox import errors
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.llm.layers.budget.spending import Spending
from tool_sandbox.runs.outcomes import Failure, SampleResult

JUDGED: dict[str, Any] = {
    "outcome": 0.5,
    "milestone_credit": {0: 0.25, 1: 0.0},
    "floors": {"nothing": 0.0, "claiming": 0.25},
}


@pytest.mark.parametrize(
    "result", [scored(), void(), scored(spending=Spending(calls=2, cost=0.25), trial=3), scored(**JUDGED)]
)
def test_a_result_survives_being_written_down(result: SampleResult) -> None:
    assert SampleResult.from_record(json.loads(json.dumps(result.to_record()))) == result


def test_results_written_before_there_were_outcomes_are_read() -> None:
    record = {key: value for key, value in scored().to_record().items() if key not in JUDGED}
    assert SampleResult.from_record(record) == scored()


def test_the_floor_is_the_highest_of_what_agents_score_that_do_not_do_the_work() -> None:
    assert scored(nop_floor=0.1).floor == 0.1
    assert scored(nop_floor=0.1, floors={"nothing": 0.0, "claiming": 0.3}).floor == 0.3
    assert scored(nop_floor=0.5, floors={"nothing": 0.0, "claiming": 0.3}).floor == 0.5


def test_a_void_sample_has_no_score_in_its_record() -> None:
    record = void().to_record()

    assert (record["similarity"], record["turn_count"], record["cause"]) == (None, None, "provider")


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (errors.RateLimitError("slow down"), "provider"),
        (errors.ProviderTimeoutError("too late"), "timeout"),
        (errors.ContextWindowError("too long"), "context_window"),
        (errors.RefusalError("no"), "refusal"),
        (errors.BudgetExceededError("empty"), "budget"),
        (errors.UserSimulatorError("lost"), "user_simulator"),
        (errors.StalledConversationError("silence"), "harness"),
        (ZeroDivisionError("oops"), "harness"),
    ],
)
def test_every_error_has_a_cause(error: Exception, cause: str) -> None:
    assert Failure.of(error).cause == cause


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ZeroDivisionError("oops"), "agent"),
        (errors.StalledConversationError("silence"), "agent"),
        (errors.RoleError("5 is no message"), "agent"),
        (errors.SettingsError("no such model"), "agent"),
        (errors.HarnessError("the journal cannot be written"), "harness"),
        (errors.RateLimitError("slow down"), "provider"),
        (errors.TimeLimitError("too long"), "timeout"),
    ],
)
def test_what_goes_wrong_in_an_agent_of_ones_own_is_its_fault_unless_it_says_otherwise(
    error: Exception, cause: str
) -> None:
    failure = Failure.of(error, own=RoleType.AGENT)

    assert (failure.cause, failure.error["cause"]) == (cause, cause)


def test_what_goes_wrong_in_a_user_of_ones_own_is_no_fault_of_the_agent() -> None:
    assert Failure.of(ZeroDivisionError("oops"), own=RoleType.USER).cause == "user_simulator"


def test_a_traceback_is_kept_without_the_key_in_it() -> None:
    def ask() -> None:
        message = "Incorrect API key provided: sk-proj-abcdefgh12345678"
        raise errors.AuthenticationError(message, status=401)

    with pytest.raises(errors.AuthenticationError) as caught:
        ask()
    failure = Failure.of(caught.value)

    assert "in ask" in failure.traceback
    assert "abcdefgh12345678" not in failure.traceback + json.dumps(dict(failure.error))
    assert failure.error["status"] == 401


@pytest.mark.parametrize(
    ("cause", "finished"), [("provider", True), ("harness", True), ("budget", False), ("cancelled", False)]
)
def test_only_stopped_samples_are_unfinished(cause: str, finished: bool) -> None:
    assert void(cause=cause).finished is finished


@pytest.mark.parametrize("name", ["floors", "milestone_credit"])
def test_a_result_with_a_text_among_its_numbers_is_no_result(name: str) -> None:
    record = {"name": "a", "status": "scored", name: {"0": "high"}}
    with pytest.raises(ValueError, match=f"its {name} is "):
        SampleResult.from_record(record)
