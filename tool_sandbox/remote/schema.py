"""What is said over HTTP."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tool_sandbox.remote.session import Reply, Session
from tool_sandbox.runs.outcomes import SampleResult

ChatEntry = dict[str, Any]


class SampleWanted(BaseModel):
    """Which sample is begun."""

    model_config = ConfigDict(extra="forbid", strict=True)

    scenario: str | None = Field(None, description="A scenario of the run; by default whichever is next.")
    trial: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Which trial of it, from 0; by default the first that is left."
    )


class CalledFunction(BaseModel):
    """The tool that is called."""

    model_config = ConfigDict(extra="allow", strict=True)

    name: str
    arguments: str | dict[str, Any] = Field("{}", description="A JSON object, or its text as models write it.")

    @field_validator("arguments")
    @classmethod
    def _as_text(cls, value: str | dict[str, Any]) -> str:
        return value if isinstance(value, str) else json.dumps(value)


class ToolCall(BaseModel):
    """One call of a tool."""

    model_config = ConfigDict(extra="allow", strict=True)

    id: str = Field("", description="Given back as the tool_call_id of its result; one is made where it is empty.")
    type: Literal["function"] = "function"
    function: CalledFunction


class TurnTaken(BaseModel):
    """A turn of the agent: the assistant's message as OpenAI's chat completions have it, and which turn it is."""

    model_config = ConfigDict(extra="allow", strict=True)

    turn: int | None = Field(None, description="The turn that the last answer named; sent twice, it is played once.")
    role: Literal["assistant"] = "assistant"
    content: str | list[ChatEntry] | None = Field(None, description="Text for the user.")
    tool_calls: list[ToolCall] | None = Field(None, description="Calls of tools; then the text is not for the user.")

    model: str | None = Field(None, description="The model that wrote it, for the record.")
    usage: dict[str, Any] | None = Field(
        None, description="Its tokens, as chat completions report them, for the record."
    )

    @model_validator(mode="after")
    def _says_or_calls(self) -> Self:
        if not {"content", "tool_calls"} & self.model_fields_set:
            message = "expected 'content', text for the user, or 'tool_calls', such as a model's message has them"
            raise ValueError(message)
        return self

    def message(self) -> dict[str, Any]:
        """The message alone."""
        return self.model_dump(exclude={"turn"}, exclude_none=True)


class Milestone(BaseModel):
    """What became of one milestone, minefield or unasked change."""

    model_config = ConfigDict(extra="allow")

    id: str | int
    similarity: float
    credit: float = Field(description="What it counts for in the score.")
    message: int | None = Field(description="The message at which it was met, if it was.")
    reason: str | None = Field(description="What took points, as a word; null where nothing did.")
    text: str | None = Field(None, description="The same in a sentence.")


class Outcome(BaseModel):
    """What came of a sample."""

    status: Literal["scored", "void"]
    score: float | None = Field(description="From 0 to 1; null when it is void.")
    outcome: float | None = Field(description="From 0 to 1, from the end alone, whatever way led there.")
    cause: str | None = Field(description="Why it is void, such as timeout, cancelled, budget or provider.")
    error: str | None = Field(description="The same in a sentence.")
    milestones: list[Milestone] = Field(description="What became of each milestone, and of what must not happen.")
    ending: str = Field(description="How the conversation ended.")
    cost: float | None = Field(description="US dollars that the simulated user has cost; null where nobody knows.")

    @classmethod
    def of(cls, result: SampleResult) -> Outcome:
        """A result as it is told."""
        return cls(
            status=result.status,
            score=result.similarity,
            outcome=result.outcome,
            cause=result.cause,
            error=(result.error or {}).get("message"),
            milestones=[Milestone.model_validate(record) for record in result.explanation],
            ending=result.ending,
            cost=result.spending.to_record()["cost"],
        )


class SampleState(BaseModel):
    """A sample as the agent sees it."""

    id: str
    scenario: str
    trial: int
    turn: int = Field(description="The number of the agent's next turn.")
    done: bool = Field(description="Whether the conversation is over.")
    messages: list[ChatEntry] = Field(
        description="In OpenAI's chat format: what is new since the agent's last turn; at the beginning and where the "
        "state is asked for, the whole conversation."
    )
    tools: list[ChatEntry] | None = Field(None, description="The tools on offer, where the conversation is whole.")
    score_so_far: float | None = Field(
        None, description="What the conversation so far is worth, where the run tells it (--tell-score)."
    )
    result: Outcome | None = Field(None, description="What came of it, when it is over.")

    @classmethod
    def of(cls, session: Session, reply: Reply, *, whole: bool = False) -> SampleState:
        """What the agent is told.

        Args:
            session: The sample.
            reply: What it is told.
            whole: Whether that is the whole conversation, with the tools.
        """
        return cls(
            id=session.id,
            scenario=session.sample.name,
            trial=session.sample.trial,
            turn=reply.turn,
            done=reply.result is not None,
            messages=[dict(each) for each in (session.conversation if whole else reply.messages)],
            tools=[dict(each) for each in session.tools] if whole else None,
            score_so_far=reply.score,
            result=None if reply.result is None else Outcome.of(reply.result),
        )


class RunState(BaseModel):
    """How far the run is."""

    directory: str
    scenarios: list[str]
    trials: int
    left: int = Field(description="Samples that can be begun.")
    playing: int
    finished: int


class Problem(BaseModel):
    """What is wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="What is wrong, for programs.")
    detail: str = Field(description="The value, what was expected, and what to do.")
    error: dict[str, str] = Field(description="The same where OpenAI's clients look for it.")
