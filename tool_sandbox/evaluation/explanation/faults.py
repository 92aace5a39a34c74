"""Whose fault lost points are: the agent's, unless the record decides that it was somebody else's."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.common.world.schemas import INDEX_COLUMN
from tool_sandbox.evaluation.explanation.log import FailedCall, Log
from tool_sandbox.evaluation.explanation.parts import Fault, Loss, NodeExplanation, Party, Reason

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario

_OF_CALLS = (Reason.NOT_CALLED, Reason.FAILED_CALL)
_ABOUT_ARGUMENTS = (ValueError, TypeError, LookupError)
_ABOUT_THE_WORLD = (OSError,)
"""No connection, no permission, no answer: the agent may have to switch something on first."""
_GROUPS = re.compile(r"\d+(?:[ ().-]{1,2}\d+)+")
_QUESTION = re.compile(r"[^.!?\n]+\?")
_OFFER = re.compile(r"\b(?:else|help|assist)", re.IGNORECASE)
_WORD = re.compile(r"\b[^\W\d_][\w'’-]+")
_SENTENCE_BEFORE = re.compile(r"(?:^|[.!?:\n])\W*$")


@frozen(slots=False)
class Faults:
    """Finds whose fault the losses of one sample are.

    Args:
        scenario: What was played.
        log: The played conversation.
        tools_wanted: The tools that the solution calls.
        earlier: Milestone → those that have to come before it.
    """

    scenario: Scenario
    log: Log
    tools_wanted: tuple[str, ...]
    earlier: Mapping[int, Iterable[int]]

    def of_milestones(self, nodes: Iterable[NodeExplanation]) -> tuple[NodeExplanation, ...]:
        """The milestones, each with whose fault it is that it is not met."""
        told = {node.number: evolve(node, fault=self._by_itself(node)) for node in nodes}
        by_name = {node.name: node for node in told.values()}
        return tuple(evolve(node, fault=self._inherited(node, told, by_name)) for node in told.values())

    def of_minefield(self, hit: NodeExplanation) -> NodeExplanation:
        """The minefield that was hit, with whose fault that is."""
        arguments = [call.arguments for call in self.log.calls if call.message == hit.message]
        return evolve(hit, fault=self._made_up(arguments, None) or hit.fault)

    def _by_itself(self, node: NodeExplanation) -> Fault:
        if not node.losses:
            return node.fault
        first = node.losses[0]
        causes = [self._made_up(loss.found, loss.wanted) for loss in node.losses if loss.found is not None]
        may_wait = node.message is None or _lacks_words(node)
        if first.reason in _OF_CALLS:
            tools = first.where.split(" or ")
            causes += [self._not_offered(tools), self._broken(tools)]
        elif may_wait:
            causes.append(self._broken(self.tools_wanted))
        if may_wait:
            causes.append(self._ended_early())
        return next(filter(None, causes), node.fault)

    def _inherited(
        self, node: NodeExplanation, told: Mapping[int, NodeExplanation], by_name: Mapping[str, NodeExplanation]
    ) -> Fault:
        """Words are no better than the deeds they report, and what is missing may wait for what comes before."""
        if not node.losses or node.fault.party is not Party.AGENT:
            return node.fault
        first = node.losses[0]
        causes: list[NodeExplanation] = []
        if first.reason is Reason.UNDONE and first.where in by_name:
            causes = [by_name[first.where]]
        elif first.reason is Reason.NOT_CALLED or _lacks_words(node):
            causes = [told[number] for number in self.earlier[node.number] if number in told]
        return next((cause.fault for cause in causes if cause.fault.party is not Party.AGENT), node.fault)

    # -- the scenario and its tools ----------------------------------------------------------------------------------

    @cached_property
    def _offered(self) -> Mapping[str, Any]:
        return self.scenario.starting_context.get_available_tools(scrambling_allowed=False)

    def _not_offered(self, tools: Sequence[str]) -> Fault | None:
        if any(tool in self._offered for tool in tools):
            return None
        return Fault(Party.SCENARIO, f"{' or '.join(tools)} is not among its tools")

    def _broken(self, tools: Iterable[str]) -> Fault | None:
        """A tool that is needed, failed for a reason of its own, and gave no answer afterwards."""
        last = {call.tool: call.message for call in self.log.calls}
        for call in self.log.failed:
            is_needed = call.tool in tools and call.tool in self.tools_wanted
            if is_needed and last.get(call.tool, -1) < call.message and self._is_own_fault(call):
                return Fault(Party.TOOL, f"{call.tool} broke: {call.error} [{call.message}]")
        return None

    def _is_own_fault(self, call: FailedCall) -> bool:
        """Whether an error is none of bad arguments, of the state of the world, or of what the tool says it raises."""
        name = call.error.partition(":")[0].strip()
        kind = getattr(builtins, name, None)
        if not (isinstance(kind, type) and issubclass(kind, Exception)) or call.tool not in self._offered:
            return False
        documented = re.search(rf"\b{name}\b", str(self._offered[call.tool].__doc__)) is not None
        return not documented and not issubclass(kind, (*_ABOUT_ARGUMENTS, *_ABOUT_THE_WORLD, SyntaxError))

    # -- the simulated user ------------------------------------------------------------------------------------------

    @cached_property
    def _known(self) -> str:
        """What the user is told to know and to say, and what the conversation begins with."""
        script = self.scenario.script
        task = [row["content"] or "" for row in self.log.instructions_of_user]
        return "\n".join([*task, self.log.opening, *(script.user_texts() if script else ())])

    def _made_up(self, found: Any, wanted: Any) -> Fault | None:
        """A number or a name in what the agent did that nobody but the user brought up, without knowing it."""
        foreign = _named(_texts(found)) - _words(_texts(wanted)) - _words(self._known)
        for row in self.log.replies if foreign else ():
            heard = _words(self.log.heard_by_user(before=row[INDEX_COLUMN]))
            for part in sorted(foreign & _named(row["content"] or "") - heard):
                return Fault(Party.USER, f"the user said {part!r}, which it does not know [{row[INDEX_COLUMN]}]")
        return None

    def _ended_early(self) -> Fault | None:
        """The user left while the agent had to answer, or waited for something that the user has not said yet."""
        ends = [row[INDEX_COLUMN] for row in self.log.rows if row["conversation_active"] is False]
        if not ends:
            return None
        spoken = [row for row in self.log.rows if {row["sender"], row["recipient"]} == {RoleType.USER, RoleType.AGENT}]
        last = spoken[-1]
        if last["sender"] == RoleType.USER:
            return Fault(Party.USER, f"the user ended the conversation before the agent could answer [{ends[0]}]")
        script = self.scenario.script
        unsaid = len(script.user_texts()) - len(self.log.replies) if script else 0
        if unsaid > 0 and _asks(last["content"] or ""):
            return Fault(Party.USER, f"the user ended the conversation and left the agent's question open [{ends[0]}]")
        return None


def _lacks_words(node: NodeExplanation) -> bool:
    """Whether something was not said: it may be so because something before it could not be done."""
    return any(loss.reason in (Reason.NOT_SAID, Reason.FACT) or _says_another(loss) for loss in node.losses)


def _says_another(loss: Loss) -> bool:
    """Whether a text gets wrong what it should say, so that this is missing, too."""
    return loss.reason is Reason.CONTRADICTION and loss.wanted is not None and loss.similarity < 1


def _asks(text: str) -> bool:
    """Whether it asks for something, and not just whether there is anything else to do."""
    return any(not _OFFER.search(question) for question in _QUESTION.findall(text))


def _texts(value: Any) -> str:
    """All texts and numbers within a value."""
    if isinstance(value, Mapping):
        return "\n".join(map(_texts, value.values()))
    if isinstance(value, list | tuple):
        return "\n".join(map(_texts, value))
    return "" if value is None or isinstance(value, bool) else str(value)


def _named(text: str) -> set[str]:
    """The numbers of a text as digits, and its names in lower case: capitals that begin no sentence, or are alone."""
    capitals = [word for word in _WORD.finditer(text) if word[0][0].isupper()]
    names = [word for word in capitals if not _SENTENCE_BEFORE.search(text[: word.start()])]
    alone = len(capitals) == len(_WORD.findall(text))
    return set(_numbers(text)) | {word[0].casefold() for word in (capitals if alone else names)}


def _words(text: str) -> set[str]:
    """The numbers of a text as digits, and all of its words in lower case."""
    return set(_numbers(text)) | {word.casefold() for word in _WORD.findall(text)}


def _numbers(text: str) -> Iterator[str]:
    """Each number as digits; one that is written in groups, as those of telephones are, as a whole too."""
    yield from re.findall(r"\d+", text)
    for number in _GROUPS.findall(text):
        yield "".join(filter(str.isdecimal, number))
