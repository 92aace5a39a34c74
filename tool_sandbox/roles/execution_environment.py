"""The role that runs tool calls.

Several calls in one turn are parallel: they must not depend on their order. When no call writes what another reads or
writes, trying one order proves that; otherwise orders are tried on forks of the world, up to a bound.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from attrs import frozen

from tool_sandbox.common.argument_names import agent_facing_text
from tool_sandbox.common.execution.console import Console
from tool_sandbox.common.execution.tool_code import QUOTED_TOOLS, needs_quotes, parse_tool_call_code
from tool_sandbox.common.execution_context import Access, ExecutionContext, get_current_context, set_current_context
from tool_sandbox.common.message import Message
from tool_sandbox.common.tool_discovery import is_shipped
from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import ScenarioError
from tool_sandbox.roles.base_role import BaseRole
from tool_sandbox.roles.execution import Outcome, execute, is_tool_call, only_computes, time_limit

MAX_PERMUTATIONS = 120
"""How many orders of dependent parallel calls are tried; beyond it, a seeded sample of all orders."""


class ExecutionEnvironment(BaseRole):
    """Runs the code it is sent and answers with what the code printed or raised.

    Args:
        max_permutations: How many orders of dependent parallel calls to try.
        reduce_independent: Try one order only when the calls cannot influence each other.
        tool_timeout: Seconds that one call of a tool may take; ``None`` for any time.
    """

    role_type: ClassVar[RoleType] = RoleType.EXECUTION_ENVIRONMENT

    def __init__(
        self,
        *,
        max_permutations: int = MAX_PERMUTATIONS,
        reduce_independent: bool = True,
        tool_timeout: float | None = None,
    ) -> None:
        self._orders = OrderPolicy(max_permutations, reduce_independent)
        self._tool_timeout = tool_timeout

    def respond(self, ending_index: int | None = None) -> None:
        """Run the messages at the end of the log that wait for execution and append one answer for each.

        Raises:
            TimeLimitError: A tool did not return in time; what it still does is left to itself.
        """
        with time_limit(self._tool_timeout):
            self._respond(ending_index)

    async def arespond(self, ending_index: int | None = None) -> None:
        """``respond`` without blocking the event loop, except for as long as tools of ours compute."""
        if type(self).respond is ExecutionEnvironment.respond and self._only_computes(ending_index):
            self.respond(ending_index)
        else:
            await super().arespond(ending_index)

    def _only_computes(self, ending_index: int | None) -> bool:
        pending = get_messages_to_process(self.get_messages(ending_index), self.role_type)
        console = get_current_context().interactive_console
        return all(only_computes(console, message.content) for message in pending)

    def _respond(self, ending_index: int | None) -> None:
        messages = self.get_messages(ending_index)
        self.messages_validation(messages)
        pending = get_messages_to_process(messages, self.role_type)
        if pending and pending[-1].sender == RoleType.SYSTEM:
            _run_prelude(pending[-1])
            return
        _make_own_tools_known(get_current_context())
        answers, report = _respond_in_every_order(get_current_context(), pending, self.role_type, self._orders)
        if report is not None:
            get_current_context().annotate(get_current_context().max_sandbox_message_index + 1, parallel_calls=report)
        self.add_messages(answers)


@frozen
class OrderPolicy:
    """How thoroughly parallel calls are checked for independence of their order."""

    max_permutations: int = MAX_PERMUTATIONS
    reduce_independent: bool = True


def get_messages_to_process(messages: Sequence[Message], recipient: RoleType) -> list[Message]:
    """The messages at the end of the log that go to ``recipient``, come from one sender and are not examples."""
    pending: list[Message] = []
    for message in reversed(messages):
        same_sender = not pending or message.sender == pending[0].sender
        if message.recipient != recipient or not same_sender or recipient not in (message.visible_to or ()):
            break
        pending.insert(0, message)
    return pending


def respond_to_single_message(interactive_console: Console, message: Message, role_type: RoleType) -> Message | None:
    """Run one message in a console.

    Returns:
        The answer to the sender; ``None`` for a message of SYSTEM that could be compiled.
    """
    outcome = execute(interactive_console, message.content)
    if message.sender == RoleType.SYSTEM and not outcome.refused:
        return None
    return Message(
        sender=role_type,
        recipient=message.sender,
        content=_as_the_agent_reads(message, outcome),
        openai_tool_call_id=message.openai_tool_call_id,
        openai_function_name=message.openai_function_name,
        tool_call_exception=outcome.exception,
        tool_trace=_traces_of(outcome),
    )


def respond_to_messages(
    interactive_console: Console, messages: Sequence[Message], role_type: RoleType
) -> list[Message]:
    """Run messages one after another in a console; one answer for each."""
    return _respond_after([], interactive_console, messages, role_type)


def _respond_after(
    earlier: Sequence[Message], console: Console, messages: Sequence[Message], role_type: RoleType
) -> list[Message]:
    """The answers to messages, in front of which others wait to be appended to the log."""
    answers = list(earlier)
    for message in messages:
        answer = respond_to_single_message(console, message, role_type)
        world = get_current_context()
        if struck := world.take_struck():
            world.annotate(world.max_sandbox_message_index + 1 + len(answers), trouble=list(struck))
        if answer is not None:
            answers.append(answer)
    return answers[len(earlier) :]


def respond_to_messages_set_all_order_permutations(
    execution_context: ExecutionContext, messages: list[Message], role_type: RoleType
) -> list[Message]:
    """Run messages in every order that could matter, and leave the world of the decisive order current.

    Returns:
        The answers in the requested order if every order works; otherwise those of the first order that fails, in that
        order.
    """
    answers, _ = _respond_in_every_order(execution_context, messages, role_type, OrderPolicy())
    return answers


def _respond_in_every_order(
    context: ExecutionContext, messages: Sequence[Message], role_type: RoleType, policy: OrderPolicy
) -> tuple[list[Message], dict[str, Any] | None]:
    if len(messages) <= 1:
        return respond_to_messages(context.interactive_console, messages, role_type), None
    first = decisive = _try_order(context, messages, role_type)
    independent = policy.reduce_independent and not first.failed and first.independent
    others = () if first.failed or independent else _other_orders(messages, policy.max_permutations)
    tried = 1
    for tried, order in enumerate(others, 2):  # noqa: B007 -- how many were tried is reported
        attempt = _try_order(context, order, role_type)
        if attempt.failed:
            decisive = attempt
            break
    total = math.factorial(len(messages))
    report = {"calls": len(messages), "orders_tried": tried, "orders_possible": total, "independent": independent}
    return decisive.install(), report


def _other_orders(messages: Sequence[Message], limit: int) -> Iterator[tuple[Message, ...]]:
    """Every order but the first one, or a sample of them that depends only on the messages."""
    if math.factorial(len(messages)) <= limit:
        yield from itertools.islice(itertools.permutations(messages), 1, None)
        return
    chance = random.Random("\n".join(message.content for message in messages))
    requested = tuple(range(len(messages)))
    seen = {requested}
    # Reversing puts every call before every other one that it followed, which finds most dependencies at once.
    orders = itertools.chain(
        [requested[::-1]], (tuple(chance.sample(requested, len(requested))) for _ in itertools.count())
    )
    while len(seen) < limit:
        order = next(orders)
        if order not in seen:
            seen.add(order)
            yield tuple(messages[position] for position in order)


@frozen
class _Attempt:
    """One order, played on a fork of the world."""

    context: ExecutionContext
    answers: list[Message]
    accesses: list[Access]
    known: bool
    """Whether all that ran were plain tool calls, whose access to the world is known."""

    @property
    def failed(self) -> bool:
        return any(answer.tool_call_exception is not None for answer in self.answers)

    @property
    def independent(self) -> bool:
        pairs = itertools.combinations(self.accesses, 2)
        return self.known and not any(one.conflicts_with(other) for one, other in pairs)

    def install(self) -> list[Message]:
        set_current_context(self.context)
        return self.answers


def _try_order(original: ExecutionContext, messages: Sequence[Message], role_type: RoleType) -> _Attempt:
    context = original.fork()
    answers: list[Message] = []
    accesses: list[Access] = []
    set_current_context(context)
    try:
        for message in messages:
            context.access = Access()
            accesses.append(context.access)
            answers += _respond_after(answers, context.interactive_console, [message], role_type)
    finally:
        context.access = None
        set_current_context(original)
    return _Attempt(context, answers, accesses, all(is_tool_call(message.content) for message in messages))


def _as_the_agent_reads(message: Message, outcome: Outcome) -> str:
    """What an answer says; an error names the arguments as the agent knows them."""
    if outcome.exception is None:
        return outcome.content
    try:
        tool = parse_tool_call_code(message.content).function_name
    except (AssertionError, ValueError):  # other code than a call
        return outcome.content
    return agent_facing_text(tool, outcome.content)


# -- running one message ---------------------------------------------------------------------------------------------


def _traces_of(outcome: Outcome) -> list[str] | None:
    """The traces that the message's tool calls left on the last message, which loses them."""
    context = get_current_context()
    traces = context.take_tool_traces() if context.max_sandbox_message_index >= 0 else None
    return traces if outcome.exception is None else None


def _run_prelude(message: Message) -> None:
    outcome = execute(get_current_context().interactive_console, message.content)
    if outcome.exception is not None:
        text = f"The scenario's starting code for the execution environment fails: {outcome.exception}"
        raise ScenarioError(text)


def _make_own_tools_known(context: ExecutionContext) -> None:
    """Put tools of users' own where calls find them: the very functions, whatever is written where they come from."""
    console = context.interactive_console
    for name, tool in context.name_to_tool.items():
        if console.locals.get(name) is tool or is_shipped(tool):
            continue
        if needs_quotes(name):
            console.locals.setdefault(QUOTED_TOOLS, {})[name] = tool
        else:
            console.locals[name] = tool
