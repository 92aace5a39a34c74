"""The samples of a run behind OpenAI's chat completions: whoever has a client for these needs no other.

The roles are as between two programs that talk to each other: the agent's message is what is asked, and what the world
answers is the completion. Its text is what the user says. Results of calls have no place in a completion, so that they
stand beside it, with everything else that ``SampleState`` tells, under ``sample``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tool_sandbox.errors import SessionError
from tool_sandbox.remote.problems import malformed
from tool_sandbox.remote.schema import ChatEntry, SampleState, TurnTaken
from tool_sandbox.remote.session import Session
from tool_sandbox.remote.sessions import Sessions

NEXT = "next"


class CompletionWanted(BaseModel):
    """A request for a chat completion. What it says beside this, such as a temperature, has no meaning here."""

    model_config = ConfigDict(extra="allow", strict=True)

    model: str = Field(
        description="A scenario, NAME or NAME#TRIAL, or 'next', to begin a sample; then what a completion calls model."
    )
    messages: list[ChatEntry] = Field(
        description="The conversation so far; none to begin. The last one is the agent's."
    )
    stream: bool | None = None


class SaidMessage(BaseModel):
    """What the user says."""

    role: str = "assistant"
    content: str | None


class Choice(BaseModel):
    """The only one."""

    index: int = 0
    message: SaidMessage
    finish_reason: str = "stop"


class Completion(BaseModel):
    """A chat completion, and beside it the sample."""

    id: str
    object: str = "chat.completion"
    created: int = 0
    model: str = Field(description="The sample's id, to go on with.")
    choices: list[Choice]
    usage: dict[str, int] = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    sample: SampleState

    @classmethod
    def of(cls, state: SampleState) -> Completion:
        """What is told of a sample, as a completion."""
        said = [each["content"] for each in state.messages if each["role"] == "user"]
        message = SaidMessage(content=said[-1] if said else None)
        return cls(id=state.id, model=state.id, choices=[Choice(message=message)], sample=state)


class Model(BaseModel):
    """A scenario, which takes a model's place."""

    id: str
    object: str = "model"
    created: int = 0
    owned_by: str = "tool_sandbox"


class Models(BaseModel):
    """The scenarios of the run."""

    object: str = "list"
    data: list[Model]


def asked_turn(wanted: CompletionWanted, session: Session) -> tuple[Mapping[str, Any], int] | None:
    """The agent's last message and which turn it is; ``None`` where it has taken none.

    Args:
        wanted: The request, with the whole conversation: how often the agent spoke in it tells the turn.
        session: A sample whose conversation has begun.

    Raises:
        SessionError: The last message is not the agent's.
    """
    turn = _turns(wanted.messages) - _turns(session.first.result().messages)
    if turn <= 0:
        return None
    last = wanted.messages[-1]
    if last.get("role") != "assistant":
        message = (
            f"the last of the messages has role={last.get('role')!r}; expected the agent's turn, of role 'assistant'."
        )
        raise SessionError(message, kind="malformed")
    try:
        return TurnTaken.model_validate(last).message(), turn
    except ValidationError as error:
        raise malformed(error) from error


def asked_session(wanted: CompletionWanted, sessions: Sessions, key: str | None) -> Session:
    """The sample that is meant, begun if it was not.

    Raises:
        SessionError: There is none, or nothing can be asked so.
    """
    if wanted.stream:
        raise SessionError("stream=true: completions come whole here; leave it out.", kind="malformed")
    with suppress(SessionError):
        return sessions.session(wanted.model)
    if _turns(wanted.messages):
        message = f"model={wanted.model!r}: a sample goes on under its id, which its first completion calls model."
        raise SessionError(message, kind="unknown_sample")
    name, _, trial = wanted.model.partition("#")
    if trial and not trial.isdecimal():
        message = f"model={wanted.model!r}: expected NAME, NAME#TRIAL with a number, or {NEXT!r}."
        raise SessionError(message, kind="malformed")
    return sessions.begin(None if name == NEXT else name, int(trial) if trial else None, key=key)


def _turns(messages: Sequence[Mapping[str, Any]]) -> int:
    return sum(each.get("role") == "assistant" for each in messages)
