"""A scenario: a starting world, what must come of it, and the loop that plays it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import Factory, define, evolve, field

from tool_sandbox import clock as world_clock
from tool_sandbox import world_seed
from tool_sandbox.clock import Clock
from tool_sandbox.common.execution_context import ExecutionContext, get_current_context, isolated_context
from tool_sandbox.common.folder_names import folder_name
from tool_sandbox.common.trajectory import trajectory_files
from tool_sandbox.common.transcript import serialize_to_conversation
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType, ScenarioCategories
from tool_sandbox.errors import StalledConversationError

if TYPE_CHECKING:
    from tool_sandbox.common.message import Message
    from tool_sandbox.common.script import Script
    from tool_sandbox.evaluation.credit import Credit
    from tool_sandbox.evaluation.outcome import Outcome
    from tool_sandbox.evaluation.result import Evaluation, EvaluationResult
    from tool_sandbox.roles.base_role import BaseRole

OnMessage = Callable[["Message"], None]


def _no_expectations() -> Evaluation:
    from tool_sandbox.common.evaluation import Evaluation

    return Evaluation()


@define
class ScenarioResult:
    """What playing and scoring gave."""

    ending_context: ExecutionContext
    """The world after the last message."""
    evaluation_result: EvaluationResult
    """What the evaluation makes of it."""


@define
class Scenario:
    """One task in one world. Playing does not change it, so it can be played any number of times."""

    starting_context: ExecutionContext = Factory(ExecutionContext)
    """The world before the first turn; playing works on a copy."""
    evaluation: Evaluation = Factory(_no_expectations)
    """Milestones and minefields."""
    max_messages: int = 30
    """How many messages may be added before the conversation is cut."""
    categories: list[ScenarioCategories] = Factory(list)
    """What the scenario tests."""
    name: str | None = field(default=None, kw_only=True)
    """Under which it is known."""
    script: Script | None = field(default=None, kw_only=True)
    """A solution, as data."""
    clock: Clock | None = field(default=None, kw_only=True)
    """The world's time; ``None`` freezes the host's time and zone when the scenario is played."""
    tags: tuple[str, ...] = field(default=(), kw_only=True)
    """Free words to select scenarios by."""
    description: str | None = field(default=None, kw_only=True)
    """One line for people."""
    world: str | None = field(default=None, kw_only=True)
    """The name of the world that it starts in, where that has one."""
    nop_floor: float = field(default=0.0, kw_only=True)
    """The highest score, in [0, 1], that an agent that does nothing may get."""
    source: str | None = field(default=None, kw_only=True)
    """File or module it was loaded from."""
    world_seed: int = field(default=world_seed.CANONICAL, kw_only=True)
    """From which follows what the search tools find; 0 is the world as its file has it."""
    loaded_at: Clock | None = field(default=None, kw_only=True)
    """The time at which its Python module was evaluated; ``None`` when it comes from no module."""

    def play(
        self,
        roles: Mapping[RoleType, BaseRole],
        scenario_name: str = "",
        *,
        seed: str | int = 0,
        on_message: OnMessage | None = None,
    ) -> ExecutionContext:
        """Let the roles converse until the user ends the conversation or ``max_messages`` is reached.

        Args:
            roles: Who plays whom: user, agent and execution environment.
            scenario_name: Under which error messages name it; by default the scenario's own name.
            seed: Everything random in the world follows from it.
            on_message: Is called with every new message, in the thread that plays.

        Returns:
            The world after the last message; it stays the current one.

        Raises:
            KeyError: A message goes to a role that nobody plays.
            StalledConversationError: A role was asked to respond and wrote nothing.
        """
        with world_clock.use(self.clock or world_clock.current()), world_seed.use(self.world_seed):
            for role, ending_index in self._turns(roles, scenario_name, seed, on_message):
                role.respond(ending_index)
        return get_current_context()

    async def aplay(
        self,
        roles: Mapping[RoleType, BaseRole],
        scenario_name: str = "",
        *,
        seed: str | int = 0,
        on_message: OnMessage | None = None,
    ) -> ExecutionContext:
        """``play`` for callers that await; arguments, result and errors are the same.

        The event loop is not blocked while a model thinks, so that many can be played at once, each in its own task.
        """
        with world_clock.use(self.clock or world_clock.current()), world_seed.use(self.world_seed):
            for role, ending_index in self._turns(roles, scenario_name, seed, on_message):
                await role.arespond(ending_index)
        return get_current_context()

    def evaluate(self, context: ExecutionContext) -> EvaluationResult:
        """Score a played world.

        Args:
            context: What ``play`` returned.
        """
        return self.evaluation.evaluate(context, max_turn_count=self.max_messages)

    def conversation(self, context: ExecutionContext, result: EvaluationResult) -> list[dict[str, Any]]:
        """The played conversation as JSON-able data, with state changes and matches beside the messages.

        Args:
            context: What ``play`` returned.
            result: What ``evaluate`` made of it.
        """
        milestones, minefields = self.evaluation.milestone_matcher, self.evaluation.minefield_matcher
        return serialize_to_conversation(context, result, milestones.milestones, minefields.milestones)

    def play_and_evaluate(
        self,
        roles: Mapping[RoleType, BaseRole],
        output_directory: Path,
        scenario_name: str,
        *,
        seed: str | int = 0,
    ) -> ScenarioResult:
        """Play, score, and write the trajectory, also when playing fails.

        Args:
            roles: As for ``play``.
            output_directory: The files are written to ``trajectories`` in it, in a folder named after the scenario.
            scenario_name: That name.
            seed: As for ``play``.

        Raises:
            OSError: The files cannot be written.
        """
        directory = Path(output_directory) / "trajectories" / folder_name(scenario_name)
        directory.mkdir(parents=True, exist_ok=True)
        conversation = None
        try:
            context = self.play(roles, scenario_name, seed=seed)
            result = self.evaluate(context)
            conversation = self.conversation(context, result)
        finally:
            for name, text in trajectory_files(get_current_context(), conversation).items():
                (directory / name).write_text(text, encoding="utf-8")
        return ScenarioResult(context, result)

    def _turns(
        self,
        roles: Mapping[RoleType, BaseRole],
        scenario_name: str,
        seed: str | int,
        on_message: OnMessage | None,
    ) -> Iterator[tuple[BaseRole, int | None]]:
        """Whose turn it is, until the conversation is over. The caller lets the role respond before it goes on."""
        context = self.starting_context.fork()
        context.reseed(f"{seed}")
        isolated_context(context)
        last = context.max_sandbox_message_index
        for index, message in enumerate(context.messages()):
            if (message.sender, message.recipient) == (RoleType.SYSTEM, RoleType.EXECUTION_ENVIRONMENT):
                yield roles[RoleType.EXECUTION_ENVIRONMENT], index
        limit = self.max_messages + last
        while (context := get_current_context()).last_message_row()["conversation_active"] and last < limit:
            speaker = RoleType(context.last_message_row()["recipient"])
            yield roles[speaker], None
            last = self._progress(last, speaker, scenario_name, on_message)

    def _progress(self, before: int, speaker: RoleType, scenario_name: str, on_message: OnMessage | None) -> int:
        context = get_current_context()
        last = context.max_sandbox_message_index
        if last == before:
            text = f"{speaker} was asked to respond in {scenario_name or self.name!r} and wrote nothing."
            raise StalledConversationError(text)
        if on_message is not None:
            for message in context.messages()[before - last :]:
                on_message(message)
        return last


@define
class ScenarioExtension:
    """What turns a base scenario into a test: messages, tools, milestones, minefields.

    Args:
        name: Name of the resulting scenario.
        base_scenario: Stays as it is.
        messages: Rows to append to the log.
        tool_allow_list: Names to add to those the base allows.
        tool_deny_list: Names to add to those the base denies.
        milestones: Replace those of the base.
        milestone_edge_list: Which milestone comes before which; ``None`` is a chain.
        minefields: Replace those of the base.
        minefield_edge_list: As for milestones.
        categories: Added to those of the base.
        credit: What each milestone counts for; ``None`` is its similarity.
        outcome: What the end should be, whatever led there.
    """

    name: str
    base_scenario: Scenario
    messages: list[dict[str, Any]] = Factory(list)
    tool_allow_list: list[str] | None = None
    tool_deny_list: list[str] | None = None
    milestones: list[Any] = Factory(list)
    milestone_edge_list: list[tuple[int, int]] | None = None
    minefields: list[Any] = Factory(list)
    minefield_edge_list: list[tuple[int, int]] | None = None
    categories: list[ScenarioCategories] = Factory(list)
    credit: Credit | None = None
    outcome: Outcome | None = None

    def get_extended_scenario(self) -> dict[str, Scenario]:
        """The scenario under its name."""
        from tool_sandbox.common.evaluation import Evaluation, MilestoneMatcher

        base = self.base_scenario
        context = copy.deepcopy(base.starting_context)
        context.add_to_database(DatabaseNamespace.SANDBOX, self.messages)
        context.tool_allow_list = _extended(context.tool_allow_list, self.tool_allow_list)
        context.tool_deny_list = _extended(context.tool_deny_list, self.tool_deny_list)
        scenario = evolve(
            base,
            starting_context=context,
            evaluation=Evaluation(
                milestone_matcher=MilestoneMatcher(milestones=self.milestones, edge_list=self.milestone_edge_list),
                minefield_matcher=MilestoneMatcher(milestones=self.minefields, edge_list=self.minefield_edge_list),
                credit=self.credit,
                outcome=self.outcome,
            ),
            categories=[*base.categories, *self.categories],
            name=self.name,
            # Times in the messages and milestones were reckoned from this very moment.
            clock=base.clock or world_clock.current(),
        )
        return {self.name: scenario}


def _extended(names: list[str] | None, more: list[str] | None) -> list[str] | None:
    return names if more is None else [*(names or ()), *more]
