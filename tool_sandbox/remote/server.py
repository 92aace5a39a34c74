"""The samples of a run over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tool_sandbox.access import Guard, refusal
from tool_sandbox.errors import SessionError
from tool_sandbox.llm.transports.completions.whole_text import whole_data
from tool_sandbox.remote import problems
from tool_sandbox.remote.completions import (
    Completion,
    CompletionWanted,
    Model,
    Models,
    asked_session,
    asked_turn,
)
from tool_sandbox.remote.openapi import Operation, document
from tool_sandbox.remote.schema import RunState, SampleState, SampleWanted, TurnTaken

if TYPE_CHECKING:
    from tool_sandbox.remote.session import Session
    from tool_sandbox.remote.sessions import Sessions

Body = TypeVar("Body", bound=BaseModel)
Result = TypeVar("Result")

MOST_BYTES = 1_000_000
"""The longest body that is read."""
_KEY = "Idempotency-Key"
_NO_CACHE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@frozen(kw_only=True)
class ServedRun:
    """A run that agents play over HTTP."""

    sessions: Sessions
    directory: str
    scenarios: tuple[str, ...]
    trials: int


def application(run: ServedRun, *, token: str | None = None) -> Starlette:
    """The API as an ASGI application.

    Args:
        run: What is played.
        token: What who asks from elsewhere has to send; without one, only requests to this machine's own names are
            answered.
    """
    answers = _Answers(run)
    routes = [Route(each.path, each.answer, methods=[each.method]) for each in _operations(answers)]
    handlers: Mapping[Any, Any] = {SessionError: problems.of_session, HTTPException: problems.of_http}
    guard = Middleware(Guard, refused=partial(_refused, token=token), headers=lambda _request: _NO_CACHE)
    return Starlette(routes=routes, middleware=[guard], exception_handlers=handlers)


def description() -> dict[str, Any]:
    """The API as an OpenAPI document."""
    return document(_operations(_Answers(None)))


def _operations(answers: _Answers) -> list[Operation]:
    """What can be asked."""
    sample = "/v1/samples/{id}"
    refusals = {"wanted": (404, 409, 410, 422, 429, 503), "turn": (404, 409, 413, 422)}
    return [
        Operation("GET", "/v1/run", answers.run, "How far the run is.", RunState),
        Operation(
            "POST",
            "/v1/samples",
            answers.begin,
            "Begin a sample. With an Idempotency-Key, the same request sent again means the same sample.",
            SampleState,
            takes=SampleWanted,
            refusals=refusals["wanted"],
            status=201,
        ),
        Operation("GET", sample, answers.state, "A sample with its whole conversation.", SampleState, refusals=(404,)),
        Operation(
            "POST",
            f"{sample}/messages",
            answers.take_turn,
            "Take a turn: text for the user, or calls of tools. The answer comes when it is the agent's turn again.",
            SampleState,
            takes=TurnTaken,
            refusals=refusals["turn"],
        ),
        Operation(
            "DELETE",
            sample,
            answers.give_up,
            "Give a sample up: it is not scored, and can be begun again.",
            SampleState,
            refusals=(404,),
        ),
        Operation(
            "POST",
            "/v1/chat/completions",
            answers.complete,
            "Begin a sample, or take a turn in it, with a client for OpenAI's chat completions.",
            Completion,
            takes=CompletionWanted,
            refusals=(*refusals["wanted"], *refusals["turn"]),
        ),
        Operation("GET", "/v1/models", answers.models, "The scenarios of the run, in the place of models.", Models),
        Operation("GET", "/v1/openapi.json", answers.description, "This description.", None),
    ]


class _Answers:
    """What is answered."""

    def __init__(self, run: ServedRun | None) -> None:
        self._run = run

    @property
    def _served(self) -> ServedRun:
        assert self._run is not None
        return self._run

    async def run(self, _request: Request) -> Response:
        run = self._served
        count = run.sessions.count()
        return _json(
            RunState(
                directory=run.directory,
                scenarios=list(run.scenarios),
                trials=run.trials,
                left=count.left,
                playing=count.playing,
                finished=count.finished,
            )
        )

    async def begin(self, request: Request) -> Response:
        wanted = await _body(request, SampleWanted)
        await _soon(self._served.sessions.begun)  # whoever starts agents first has them wait, not ask again
        session = self._served.sessions.begin(wanted.scenario, wanted.trial, key=request.headers.get(_KEY))
        reply = await _soon(session.reply)
        return _json(SampleState.of(session, reply, whole=True), status=201)

    async def state(self, request: Request) -> Response:
        session = self._session(request)
        return _json(SampleState.of(session, session.now(), whole=True))

    async def take_turn(self, request: Request) -> Response:
        session = self._session(request)
        taken = await _body(request, TurnTaken)
        reply = await _soon(session.take_turn(taken.message(), taken.turn))
        return _json(SampleState.of(session, reply))

    async def give_up(self, request: Request) -> Response:
        session = self._session(request)
        session.give_up()
        await _soon(session.over)
        return _json(SampleState.of(session, session.now()))

    async def complete(self, request: Request) -> Response:
        wanted = await _body(request, CompletionWanted)
        await _soon(self._served.sessions.begun)
        session = asked_session(wanted, self._served.sessions, request.headers.get(_KEY))
        reply = await _soon(session.first)
        taken = asked_turn(wanted, session)
        if taken is not None:
            reply = await _soon(session.take_turn(*taken))
        return _json(Completion.of(SampleState.of(session, reply, whole=taken is None)))

    async def models(self, _request: Request) -> Response:
        return _json(Models(data=[Model(id=name) for name in self._served.scenarios]))

    async def description(self, _request: Request) -> Response:
        return Response(json.dumps(description()), media_type="application/json")

    def _session(self, request: Request) -> Session:
        return self._served.sessions.session(request.path_params["id"])


async def _soon(outcome: Future[Result]) -> Result:
    """What will come of something; who stops waiting for it takes it from nobody else."""
    return await asyncio.shield(asyncio.wrap_future(outcome))


async def _body(request: Request, kind: type[Body]) -> Body:
    """The body of a request.

    Raises:
        HTTPException: It is too long, or no JSON.
        SessionError: It is JSON of another kind.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        # A page of another site can send anything else without being asked first.
        raise HTTPException(415, "send JSON, with the header 'Content-Type: application/json'.")
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            raise HTTPException(413, f"the body is longer than {MOST_BYTES:,} bytes; send a shorter one.")
    try:
        return kind.model_validate(whole_data(json.loads(content)))
    except (ValueError, RecursionError) as error:
        if not isinstance(error, ValidationError):
            message = f"the body is no JSON that can be read: {error}. Send one JSON object."
            raise SessionError(message, kind="malformed") from error
        raise problems.malformed(error) from error


def _json(model: BaseModel, *, status: int = 200) -> Response:
    """A model as JSON in ASCII: tools may give halves of characters, which UTF-8 cannot write."""
    text = json.dumps(model.model_dump(exclude_none=False), separators=(",", ":"))
    return Response(text, status_code=status, media_type="application/json")


def _refused(request: Request, token: str | None) -> Response | None:
    """The answer to who is elsewhere and does not know the token."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    remedy = "send the token that tool_sandbox serve printed: 'Authorization: Bearer TOKEN'."
    given = given.strip() if scheme.lower() == "bearer" else ""
    found = refusal(request.url.hostname or "", given, token, remedy=remedy)
    return None if found is None else problems.problem(found.status, "refused", found.text)
