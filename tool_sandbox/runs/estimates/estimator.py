"""Making the estimate of a run: its solutions are played, tokens counted, prices looked up. Nobody is asked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from attrs import define, field

from tool_sandbox.common.compatibility import use_original_rules
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.llm.layers.budget.money import NOTHING
from tool_sandbox.llm.layers.budget.pricing import Price, PriceBook
from tool_sandbox.llm.local.models import is_local
from tool_sandbox.llm.providers import provider_name, server_of
from tool_sandbox.llm.token_counter import TokenCounter, token_counter
from tool_sandbox.llm.transports.address import is_direct
from tool_sandbox.llm.transports.through_litellm.transport import listed_price
from tool_sandbox.redaction import redact_text
from tool_sandbox.registry.callables import CallableRoleFactory
from tool_sandbox.runs.estimates.bill import Bill, Reasoning
from tool_sandbox.runs.estimates.conversation import Conversation, conversation_of, tools_for
from tool_sandbox.runs.estimates.estimate import REASONING, Estimate, RoleEstimate
from tool_sandbox.runs.estimates.habits import Habits, habits_of
from tool_sandbox.scenarios.presentations import base_name, presentation_of

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.registry.cast import RoleCast
    from tool_sandbox.registry.factories import AskedModel, RoleFactory

_MOST_PLAYED = 150
"""So many solutions are played; of more, some are, and stand for the rest."""
_SECONDS_OF_OURS = 0.02
"""What a sample takes without the models: playing, judging, writing it down."""
_NO_REASONING = ("none", "disable")
_ONLY_ON_REQUEST = frozenset({"anthropic", "bedrock"})
"""Providers that keep a prompt for later, and reason, only when a request says so."""


def estimate(cast: RoleCast, scenarios: Mapping[str, Scenario], reused: Iterable[tuple[str, int]] = ()) -> Estimate:
    """What a run will take.

    Args:
        cast: Who plays; nobody of them is asked.
        scenarios: What is played.
        reused: The samples, by scenario and trial, that are taken over from another run.
    """
    with use_original_rules(cast.settings.compat == "original"):
        return _Estimator(cast, scenarios, Counter(name for name, _ in reused)).estimate()


@define
class _Reckoning:
    """The calls of one role to its model."""

    role: str
    named: str
    counter: TokenCounter
    asked: AskedModel
    bill: Bill
    habits: Habits
    kept: dict[int, tuple[list[int], list[int]]] = field(factory=dict)

    def add(self, conversation: Conversation, scenario: Scenario, role: RoleType, times: float) -> float:
        """Count a conversation; the seconds that its answers take."""
        if id(conversation) not in self.kept:
            turns = conversation.of(role)
            prompts = [self.counter.prompt(turn.messages) for turn in turns]
            self.kept[id(conversation)] = prompts, [self.counter.answer(turn.answer) for turn in turns]
        prompts, answers = self.kept[id(conversation)]
        tools = self.counter.tools(tools_for(scenario, role))
        self.bill.add([tokens + tools for tokens in prompts], answers, times)
        return len(prompts) * self.habits.seconds

    def result(self) -> RoleEstimate:
        return RoleEstimate(
            role=self.role,
            model=self.named,
            calls=round(self.bill.calls),
            prompt_tokens=round(self.bill.prompt_tokens),
            completion_tokens=round(self.bill.completion_tokens),
            **self.bill.costs(),
            tokens=self.counter.described,
            latency=self.habits.described,
        )


class _Estimator:
    """Goes once through what a run plays."""

    def __init__(self, cast: RoleCast, scenarios: Mapping[str, Scenario], reused: Counter[str]) -> None:
        self._cast, self._scenarios, self._settings, self._reused = cast, scenarios, cast.settings, reused
        self._agents = {name: self._reckoning("agent", name, factory) for name, factory in cast.agents.items()}
        self._user = self._reckoning("user", cast.settings.user, cast.user)
        self._conversations: dict[tuple[str, int], Conversation] = {}

    def estimate(self) -> Estimate:
        bases = {base_name(name) for name in self._scenarios}
        shown = {presentation_of(name).name for name in self._scenarios}
        all_alike = len(bases) * len(shown) == len(self._scenarios)
        samples = len(self._scenarios) * self._settings.trials
        seconds = max(self._count(), self._seconds_at_the_caps())
        return Estimate(
            scenarios=len(bases) if all_alike else len(self._scenarios),
            presentations=len(shown) if all_alike else 1,
            trials=self._settings.trials,
            samples=samples,
            reused=self._reused.total(),
            concurrency=self._settings.concurrency,
            roles=tuple(each.result() for each in self._asked()),
            seconds=seconds,
            notes=tuple(self._notes()),
        )

    def _asked(self) -> list[_Reckoning]:
        return [each for each in (*self._agents.values(), self._user) if each is not None]

    def _count(self) -> float:
        """Count everything that is asked; how many seconds that takes."""
        left = {name: self._settings.trials - self._reused[name] for name in self._scenarios}
        playing = [name for name, times in left.items() if times > 0]
        if not (playing and self._asked()):
            return len(playing) * _SECONDS_OF_OURS
        counted = _spread(playing)
        share = sum(left.values()) / sum(left[name] for name in counted)
        seconds = [(self._add(name, left[name] * share), left[name]) for name in counted]
        in_turn = share * sum(each * times for each, times in seconds)
        in_flight = min(self._settings.concurrency, sum(left.values()))
        return max(in_turn / in_flight, *(each for each, _ in seconds)) + sum(left.values()) * _SECONDS_OF_OURS

    def _seconds_at_the_caps(self) -> float:
        """How many seconds it takes at least with so many calls and tokens per minute at each endpoint."""
        by_endpoint: dict[Any, list[_Reckoning]] = {}
        for each in self._asked():
            settings = each.asked.settings
            endpoint = (*server_of(each.asked.name, settings.api_base), settings.api_key)
            by_endpoint.setdefault(endpoint, []).append(each)
        return max((60.0 * _full_minutes(together) for together in by_endpoint.values()), default=0.0)

    def _add(self, name: str, times: float) -> float:
        scenario = self._scenarios[name]
        key = base_name(name), id(scenario.evaluation)
        if key not in self._conversations:
            self._conversations[key] = conversation_of(scenario)
        asked = {RoleType.AGENT: self._agents[self._cast.agent_of(name)], RoleType.USER: self._user}
        return sum(
            each.add(self._conversations[key], scenario, role, times)
            for role, each in asked.items()
            if each is not None
        )

    def _reckoning(self, role: str, name: str, factory: RoleFactory) -> _Reckoning | None:
        asked = factory.asked()
        if asked is None:
            return None
        custom = {model: Price.from_mapping(price, name=model) for model, price in asked.prices.items()}
        habits = habits_of(asked.name, self._settings.output)
        bill = Bill(
            PriceBook(custom=custom, lookup=listed_price).price(asked.name),
            _reasoning(asked, habits),
            caches=provider_name(asked.name) not in _ONLY_ON_REQUEST,
        )
        return _Reckoning(role, redact_text(name), token_counter(asked.name), asked, bill, habits)

    def _notes(self) -> Iterator[str]:
        unknown = {each.named for each in self._asked() if each.bill.price is None}
        for name in sorted(unknown):
            yield f"nobody knows the price of {name!r}; give it with --param or --user-param prices=…"
        for name, factory in {**self._cast.agents, self._settings.user: self._cast.user}.items():
            if isinstance(factory, CallableRoleFactory):
                whose = "a person takes" if factory.types else f"{redact_text(name)!r} asks, costs and takes"
                yield f"what {whose} is not counted"
        if made_up := sum(not each.is_played for each in self._conversations.values()):
            yield (
                f"{made_up} scenarios have no solution, or one with tools of your own, which are not called for this: "
                "they are taken for a usual conversation"
            )
        known = sum((each.bill.amounts.expected for each in self._asked()), NOTHING)
        if self._settings.budget is not None and known > Decimal(str(self._settings.budget)):
            yield f"--budget {self._settings.budget:g} stops it before all samples are played, if it goes as expected"
        if self._settings.cache is not None:
            yield "answers that --cache has already are not taken off"


def _full_minutes(asked: Sequence[_Reckoning]) -> int:
    """How many minutes are used up before the last call to an endpoint; the lowest caps of those who ask there hold."""
    calls = sum(each.bill.calls for each in asked)
    tokens = sum(each.bill.prompt_tokens + each.bill.completion_tokens for each in asked)
    used = [
        *((calls, each.asked.settings.rpm) for each in asked),
        *((tokens, each.asked.settings.tpm) for each in asked),
    ]
    return max((math.ceil(number / cap) - 1 for number, cap in used if cap and number), default=0)


def _spread(names: Sequence[str]) -> list[str]:
    """The names of the scenarios that are counted, in all their presentations; the others are taken to be like them."""
    bases = list(dict.fromkeys(map(base_name, names)))
    counted = set(bases[:: math.ceil(len(bases) / _MOST_PLAYED)])
    return [name for name in names if base_name(name) in counted]


def _reasoning(asked: AskedModel, habits: Habits) -> Reasoning:
    """How much the model thinks: as it did before, or by how it is called and by LiteLLM's list."""
    effort, thinking = asked.settings.reasoning_effort, asked.settings.thinking or {}
    told = effort not in (None, *_NO_REASONING) or thinking.get("type", "disabled") != "disabled"
    expected = habits.reasoning_tokens if habits.calls else told * REASONING
    able = told or (effort is None and _reasons_unasked(asked.name))
    return Reasoning(expected, max(2 * expected, able * REASONING))


def _reasons_unasked(model: str) -> bool:
    """Whether a model may reason though nobody told it to, by LiteLLM's list."""
    if is_direct(model) or is_local(model) or provider_name(model) in _ONLY_ON_REQUEST:
        return False
    return bool((listed_price(model) or {}).get("supports_reasoning"))
