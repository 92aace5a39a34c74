from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from attrs import evolve

from tests.runs.fakes import Cast, Failing, Obedient, Speaker, scenario, settings
from tool_sandbox import errors
from tool_sandbox.common.execution_context import ExecutionContext, get_current_context
from tool_sandbox.common.script import EndStep, Script, UserStep
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.layers.budget.money import Cost
from tool_sandbox.llm.scripted import ScriptedUserModel
from tool_sandbox.registry.sample import Sample, SampleRoles
from tool_sandbox.roles.base_role import BaseRole
from tool_sandbox.roles.litellm_agent import LiteLLMAgent
from tool_sandbox.roles.litellm_user import LiteLLMUser
from tool_sandbox.runs.outcomes import Played, SampleResult
from tool_sandbox.runs.sample_explanation import explanation_of
from tool_sandbox.runs.session import play_sample


async def _play(model: ChatModel | None = None, **changes: Any) -> Played:
    return await play_sample(Sample(name="greet", scenario=scenario()), Cast(model), settings(**changes), run="r")


async def test_a_sample_that_was_played_is_scored_with_its_verdict() -> None:
    played = await _play()

    assert (played.result.status, played.result.cause) == ("scored", None)
    assert played.result.similarity == pytest.approx(1, abs=1e-6)
    assert played.result.milestone_mapping[0][0] == 2
    assert (played.result.agent, played.result.user) == ("speaker", "leaver")
    assert played.result.messages == 3


async def test_the_trajectory_shows_conversation_world_and_log() -> None:
    played = await _play()

    assert set(played.files) == {"conversation.json", "execution_context.json", "pretty_print.txt"}
    assert json.loads(played.files["conversation.json"])[-1]["content"] == "Hello there"
    assert "Hello there" in played.files["pretty_print.txt"]
    world = ExecutionContext.from_dict(json.loads(played.files["execution_context.json"]))
    assert scenario().evaluate(world).similarity == played.result.similarity


async def test_calls_are_counted_even_when_the_sample_fails_later() -> None:
    played = await _play(Obedient(price=None))

    assert played.result.spending.calls == 1
    assert played.result.spending.cost == Cost(unknown_calls=1)
    assert played.result.spending.prompt_tokens == 10
    assert played.result.models == ("fake-1",)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (errors.RateLimitError("slow"), "provider"),
        (errors.ContextWindowError("long"), "context_window"),
        (errors.RefusalError("no"), "refusal"),
        (errors.ProviderTimeoutError("late"), "timeout"),
        (errors.UserSimulatorError("lost"), "user_simulator"),
        (errors.BudgetExceededError("empty"), "budget"),
    ],
)
@pytest.mark.parametrize("compat", [None, "original"])
async def test_a_failure_that_is_not_the_models_makes_the_sample_void(
    error: Exception, cause: str, compat: str | None
) -> None:
    played = await _play(Failing(lambda: error), compat=compat)

    assert (played.result.status, played.result.cause) == ("void", cause)
    assert played.result.similarity is None
    assert "conversation.json" not in played.files
    assert "Please say Hello there" in played.files["pretty_print.txt"]


async def test_a_broken_role_is_our_fault() -> None:
    assert (await _play(Failing(lambda: KeyError("bug")))).result.cause == "harness"


async def test_a_time_out_of_a_role_is_not_the_time_limit_of_the_sample() -> None:
    assert (await _play(Failing(lambda: TimeoutError("its own")), sample_timeout=600)).result.cause == "harness"


async def test_what_a_model_did_wrong_is_a_zero_under_the_originals_rules() -> None:
    played = await _play(Failing(lambda: KeyError("no such tool")), compat="original")

    assert (played.result.status, played.result.similarity, played.result.turn_count) == ("scored", 0, 30)
    assert played.result.exception_type == "KeyError"


@pytest.mark.parametrize(("policy", "status"), [("allow", "scored"), ("mark", "scored"), ("void", "void")])
async def test_an_answer_from_a_fallback_is_marked_or_makes_the_sample_void(policy: str, status: str) -> None:
    played = await _play(Obedient(fallback=True), on_fallback=policy)

    assert (played.result.status, played.result.fallback) == (status, True)


def _made_up(*, is_model: bool) -> Cast:
    """A user who names somebody from nowhere when it is asked, then leaves."""

    class Inventive(Cast):
        def roles(self, sample: Sample) -> SampleRoles:
            user = LiteLLMUser("script", model=ScriptedUserModel(Script((UserStep("to Rosa Delgado"), EndStep()))))
            roles = super().roles(sample)
            return evolve(roles, by_type={**roles.by_type, RoleType.USER: user}, user_is_model=is_model)

    return Inventive()


async def test_a_rule_that_the_simulated_user_broke_is_noted_where_it_is_shown() -> None:
    played = await play_sample(Sample(name="greet", scenario=scenario()), _made_up(is_model=True), settings())

    noted = {"rule": "invented", "message": 3, "value": "Rosa Delgado"}
    assert (played.result.status, list(played.result.broken_rules)) == ("scored", [noted])
    assert "[3] said 'Rosa Delgado', which it cannot know" in played.files["pretty_print.txt"]
    assert "simulated user: [3] said" in str(explanation_of(played.result))
    assert SampleResult.from_record(json.loads(json.dumps(played.result.to_record()))) == evolve(
        played.result, duration=round(played.result.duration, 3)
    )


async def test_a_strict_run_takes_no_score_from_a_user_that_broke_a_rule() -> None:
    sample = Sample(name="greet", scenario=scenario())
    strict = await play_sample(sample, _made_up(is_model=True), settings(strict_user=True))

    assert (strict.result.status, strict.result.cause) == ("void", "user_simulator")
    assert (strict.result.error or {})["message"] == "the simulated user broke its rules (--strict-user)"
    assert "simulated user: [3] said 'Rosa Delgado', which it cannot know" in str(explanation_of(strict.result))
    assert [each["value"] for each in strict.result.broken_rules] == ["Rosa Delgado"]


async def test_whoever_is_no_model_may_say_anything() -> None:
    sample = Sample(name="greet", scenario=scenario())
    played = await play_sample(sample, _made_up(is_model=False), settings(strict_user=True))

    assert (played.result.status, played.result.broken_rules) == ("scored", ())


async def test_nobody_is_asked_after_the_first_answer_of_a_fallback() -> None:
    allowed = await _play(Obedient(fallback=True), on_fallback="mark")
    stopped = await _play(Obedient(fallback=True), on_fallback="void")

    assert (allowed.result.messages, stopped.result.messages) == (3, 1)
    assert stopped.result.cause == "fallback"
    assert "answered in place of" in (stopped.result.error or {})["message"]
    assert "Hello there" in stopped.files["pretty_print.txt"]


async def test_a_cast_that_cannot_be_made_is_a_void_sample_and_no_crash() -> None:
    class Broken(Cast):
        def roles(self, sample: Sample) -> Any:
            message = "no stage"
            raise RuntimeError(message)

    played = await play_sample(Sample(name="greet", scenario=scenario()), Broken(), settings())

    assert (played.result.cause, played.result.exception_type) == ("harness", "RuntimeError")


async def test_a_sample_that_fails_before_its_first_message_shows_its_own_world() -> None:
    class Broken(Cast):
        def players(self, sample: Sample) -> Any:
            message = "no stage"
            raise RuntimeError(message)

    await play_sample(Sample(name="before", scenario=scenario("Goodbye")), Cast(), settings())
    played = await play_sample(Sample(name="greet", scenario=scenario()), Broken(), settings())

    assert "Please say Hello there" in played.files["pretty_print.txt"]
    assert "Goodbye" not in "".join(played.files.values())


async def test_every_role_knows_where_it_plays_and_is_torn_down() -> None:
    seen = []

    class Watching(Cast):
        def roles(self, sample: Sample) -> Any:
            roles = super().roles(sample)
            for role in roles.by_type.values():
                role.teardown = lambda role=role: seen.append(role.tag)  # type: ignore[method-assign,misc]
            return roles

    await play_sample(Sample(name="greet", scenario=scenario(), trial=2), Watching(), settings(), run="r")

    assert {(tag.run, tag.scenario, tag.trial, tag.role) for tag in seen} == {
        ("r", "greet", 2, "USER"),
        ("r", "greet", 2, "EXECUTION_ENVIRONMENT"),
        ("r", "greet", 2, "AGENT"),
    }


async def test_the_seed_depends_on_run_scenario_and_trial_alone() -> None:
    first, again = await _play(seed=7), await _play(seed=7)
    other = await _play(seed=8)

    assert first.result.seed == again.result.seed != other.result.seed
    assert first.files["conversation.json"] == again.files["conversation.json"]


async def test_tools_are_shuffled_by_the_seed_when_asked_for() -> None:
    async def order(**changes: Any) -> list[str]:
        seen: list[str] = []

        class Looking(Obedient):
            def complete(self, request: ChatRequest) -> ChatResponse:
                seen.extend(get_current_context().get_available_tools(scrambling_allowed=True))
                return super().complete(request)

        whole = scenario()
        whole.starting_context.tool_allow_list = None
        await play_sample(Sample(name="greet", scenario=whole), Cast(Looking()), settings(**changes))
        return seen

    plain, shuffled = await order(), await order(shuffle_tools=True)

    assert plain != shuffled
    assert sorted(plain) == sorted(shuffled)
    assert shuffled == await order(shuffle_tools=True)
    assert shuffled != await order(shuffle_tools=True, seed=7)


async def test_a_secret_in_a_foreign_error_is_not_kept() -> None:
    cast = Cast(Failing(lambda: RuntimeError("login with swordfish failed")))
    cast.secrets = ("swordfish",)

    played = await play_sample(Sample(name="greet", scenario=scenario()), cast, settings())

    assert "swordfish" not in json.dumps(played.result.to_record())
    assert "login with" in str(played.result.traceback)


def _raise(error: BaseException) -> Any:
    raise error


class Unspeakable(Exception):  # noqa: N818 -- it stands for any class of a user's own
    def __str__(self) -> str:
        raise RuntimeError


ANYTHING = [
    RuntimeError("broken"),
    SystemExit(0),
    KeyboardInterrupt(),
    asyncio.CancelledError(),
    StopIteration(),
    Unspeakable(),
]


class Odd(Cast):
    """Gives the agent one thing that is not as it should be."""

    def __init__(self, name: str, value: Any) -> None:
        super().__init__()
        self.name, self.value = name, value

    def roles(self, sample: Sample) -> Any:
        roles = super().roles(sample)
        setattr(roles.by_type[RoleType.AGENT], self.name, self.value)
        return roles


@pytest.mark.parametrize("error", ANYTHING, ids=lambda error: type(error).__name__)
async def test_a_teardown_that_fails_is_noted_and_takes_nothing_from_the_score(error: BaseException) -> None:
    cast = Odd("teardown", lambda: _raise(error))
    played = await play_sample(Sample(name="greet", scenario=scenario()), cast, settings())

    assert (played.result.status, played.result.similarity) == ("scored", 1)
    assert f"teardown of AGENT: {type(error).__name__}" in played.result.notes[-1]


@pytest.mark.parametrize("error", ANYTHING, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("blocking", [False, True])
async def test_whatever_a_role_raises_costs_its_own_sample(error: BaseException, blocking: bool) -> None:
    async def arespond(_index: int | None = None) -> None:
        await asyncio.sleep(0)
        raise RuntimeError if isinstance(error, StopIteration) else error

    role = Speaker(Obedient())
    role.respond = lambda _index=None: _raise(error)  # type: ignore[method-assign, assignment]
    cast = Odd("arespond", lambda index=None: BaseRole.arespond(role, index) if blocking else arespond(index))
    played = await play_sample(Sample(name="greet", scenario=scenario()), cast, settings())

    assert (played.result.status, played.result.cause) == ("void", "harness")
    assert json.loads(json.dumps(played.result.to_record()))["error"]["message"] is not None


@pytest.mark.parametrize("error", ANYTHING, ids=lambda error: type(error).__name__)
async def test_whatever_a_constructor_raises_costs_its_own_sample(error: BaseException) -> None:
    class Broken(Cast):
        def roles(self, sample: Sample) -> Any:
            raise error

    played = await play_sample(Sample(name="greet", scenario=scenario()), Broken(), settings())

    assert played.result.cause == "harness"


@pytest.mark.parametrize("made", [None, "agent", 5, object()])
async def test_what_is_no_role_costs_its_own_sample(made: Any) -> None:
    class Wrong(Cast):
        def roles(self, sample: Sample) -> Any:
            roles = super().roles(sample)
            return SampleRoles(by_type={**roles.by_type, RoleType.AGENT: made}, agent="odd", user="leaver")

    played = await play_sample(Sample(name="greet", scenario=scenario()), Wrong(), settings())

    assert played.result.cause == "harness"


@pytest.mark.parametrize("counters", [None, "many", {"wrong": "x"}, {"wrong": object()}, 5])
async def test_counters_of_another_kind_are_left_out(counters: Any) -> None:
    cast = Odd("counters", counters)
    played = await play_sample(Sample(name="greet", scenario=scenario()), cast, settings())

    assert (played.result.status, played.result.counters) == ("scored", {})


async def test_an_agent_whose_base_class_was_never_initialised_is_void() -> None:
    class Bare(LiteLLMAgent):
        def __init__(self) -> None:
            self.own = 1

    class Wrong(Cast):
        def roles(self, sample: Sample) -> Any:
            roles = super().roles(sample)
            return SampleRoles(by_type={**roles.by_type, RoleType.AGENT: Bare()}, agent="odd", user="leaver")

    played = await play_sample(Sample(name="greet", scenario=scenario()), Wrong(), settings())

    assert played.result.cause == "harness"


async def test_an_interrupted_sample_stays_interrupted() -> None:
    waiting = asyncio.Event()

    async def arespond(_index: int | None = None) -> None:
        waiting.set()
        await asyncio.sleep(1000)

    task = asyncio.create_task(
        play_sample(Sample(name="greet", scenario=scenario()), Odd("arespond", arespond), settings())
    )
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
