"""One sample that an agent outside plays: its turns, one after the other."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock
from typing import Any

from attrs import frozen

from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.errors import CancelledRunError, SessionError, TimeLimitError
from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.outcomes import SampleResult

ChatMessage = Mapping[str, Any]
_BESIDE = ("model", "usage")
"""What is not part of a message, and told beside it."""


@frozen(kw_only=True)
class Reply:
    """What the agent is told before its next turn, or when the conversation is over."""

    turn: int
    """The number of its next turn; they count from 1."""
    messages: Sequence[ChatMessage] = ()
    """What is new since its last turn, in the chat format; before the first one, the whole conversation."""
    score: float | None = None
    """What the conversation so far is worth, where that is told."""
    result: SampleResult | None = None
    """What came of the sample, when it is over."""


class Session:
    """The turns of one sample. The run asks for them in its event loop; the agent takes them in any thread.

    Args:
        sample: What is played.
        turn_timeout: Seconds that the agent has for a turn; ``None`` for any time.
        key: What tells the request that began it from others.
        tells_score: Whether the agent is told at each turn what the conversation so far is worth.
    """

    def __init__(
        self,
        sample: Sample,
        *,
        turn_timeout: float | None = None,
        key: str | None = None,
        tells_score: bool = False,
    ) -> None:
        self.id = secrets.token_hex(8)
        self.sample, self.key = sample, key
        self.reply: Future[Reply] = Future()
        """What the agent is told next, once that is there."""
        self.first = self.reply
        """What it is told before its first turn."""
        self.conversation: Sequence[ChatMessage] = ()
        """Everything that the agent has seen and said."""
        self.tools: Sequence[Mapping[str, Any]] = ()
        """The tools on offer, as entries of a chat request."""
        self.over: Future[SampleResult] = Future()
        """What came of it, when it is over."""
        self._limit, self._tells_score = turn_timeout, tells_score
        self._lock = Lock()
        self._turn = 1
        self._seen = 0
        self._taken: ChatMessage = {}
        self._waiting: tuple[asyncio.AbstractEventLoop, asyncio.Future[ChatMessage]] | None = None
        self._given_up = False

    def now(self) -> Reply:
        """Whose turn it is and what came of it, without what is new."""
        with self._lock:
            return Reply(turn=self._turn, result=self.over.result() if self.over.done() else None)

    async def ask(self, messages: Sequence[ChatMessage], tools: Sequence[Mapping[str, Any]]) -> ChatMessage:
        """Have the agent take its turn; its answer is an assistant's message in the chat format.

        Raises:
            TimeLimitError: It took none in time.
            CancelledRunError: It gave up.
        """
        loop = asyncio.get_running_loop()
        score = self.sample.scenario.evaluate(get_current_context()).similarity if self._tells_score else None
        with self._lock:
            if self._given_up:
                raise _given_up()
            answer: asyncio.Future[ChatMessage] = loop.create_future()
            self._waiting = loop, answer
            news = self._news(messages)
            self.conversation, self.tools, self._seen = messages, tools, len(messages)
            self.reply.set_result(Reply(turn=self._turn, messages=news, score=score))
        try:
            async with asyncio.timeout(self._limit):
                return await answer
        except TimeoutError as error:
            message = f"the agent took no turn within {self._limit:g} s, the time limit of a turn (--turn-timeout)."
            raise TimeLimitError(message) from error
        finally:
            self._waiting = None

    def take_turn(self, message: ChatMessage, turn: int | None = None) -> Future[Reply]:
        """Take the agent's turn. The same turn taken again, with the same message, is played once.

        Args:
            message: An assistant's message in the chat format.
            turn: Its number; by default the one that is waited for.

        Returns:
            What the agent is told next, once that is there.

        Raises:
            SessionError: It is not the agent's turn, or that turn was another one.
        """
        with self._lock:
            if self.over.done() and turn in (None, self._turn):  # too late: the time was up
                return self.reply
            if turn == self._turn - 1 and message == self._taken:
                return self.reply
            if self._waiting is None or turn not in (None, self._turn):
                raise self._out_of_turn(turn)
            self._taken, self._turn, self.reply = message, self._turn + 1, Future()
            self.conversation = [*self.conversation, said(message)]
            _settle(self._waiting, _as_answer(message))
            self._waiting = None
            return self.reply

    def give_up(self) -> None:
        """Stop playing: the sample is not scored, and can be played again."""
        with self._lock:
            self._given_up = True
            if self._waiting is not None:
                _settle(self._waiting, _given_up())
                self._waiting = None

    def end(self, result: SampleResult) -> None:
        """The sample is over."""
        with self._lock:
            self.over.set_result(result)
            if self.reply.done():
                self.reply = Future()
            self.reply.set_result(Reply(turn=self._turn, result=result))

    def _news(self, messages: Sequence[ChatMessage]) -> list[ChatMessage]:
        """What the agent has not seen, with the ids that it gave its calls: empty and repeated ones were changed."""
        new = messages[self._seen :]
        given = [str(call.get("id") or "") for call in self._taken.get("tool_calls") or ()]
        kept = [str(call["id"]) for each in new for call in each.get("tool_calls") or ()]
        ids = {now: before for now, before in zip(kept, given, strict=False) if before}
        told = [each for each in new if self._turn == 1 or each["role"] != "assistant"]
        return [
            {**each, "tool_call_id": ids.get(each["tool_call_id"], each["tool_call_id"])}
            if "tool_call_id" in each
            else each
            for each in told
        ]

    def _out_of_turn(self, turn: int | None) -> SessionError:
        if turn in (None, self._turn):
            text = f"turn {self._turn - 1} is still being played; wait for its answer, or ask how the sample is."
        elif turn == self._turn - 1:
            text = f"turn {turn} was taken with another message before; the next one is turn {self._turn}."
        else:
            text = f"turn={turn!r} is not the turn that is waited for, which is {self._turn}; ask how the sample is."
        return SessionError(text, kind="wrong_turn")


def said(message: ChatMessage) -> ChatMessage:
    """A message without what is told beside it."""
    return {name: value for name, value in message.items() if name not in _BESIDE}


def _as_answer(message: ChatMessage) -> ChatMessage:
    """A message as a model's answer: a completion, where it tells which model wrote it and what that took."""
    beside = {name: message[name] for name in _BESIDE if message.get(name) is not None}
    if not beside:
        return message
    finish = "tool_calls" if message.get("tool_calls") else "stop"
    return {"choices": [{"message": said(message), "finish_reason": finish}], **beside}


def _given_up() -> CancelledRunError:
    return CancelledRunError("the agent gave up before the sample was finished")


def _settle(waiting: tuple[asyncio.AbstractEventLoop, asyncio.Future[ChatMessage]], value: Any) -> None:
    """Have what waits in another thread's event loop go on."""
    loop, answer = waiting

    def go_on() -> None:
        if not answer.done():  # its time may be up, or the run over
            (answer.set_exception if isinstance(value, Exception) else answer.set_result)(value)

    with suppress(RuntimeError):  # the loop is closed: the run is over
        loop.call_soon_threadsafe(go_on)
