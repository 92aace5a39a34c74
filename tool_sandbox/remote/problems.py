"""What is answered when something is wrong, as JSON (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tool_sandbox.errors import SessionError

MEDIA_TYPE = "application/problem+json"
STATUSES: Mapping[str, int] = {
    "unknown_sample": 404,
    "unknown_scenario": 404,
    "nothing_left": 410,
    "run_over": 410,
    "taken": 409,
    "wrong_turn": 409,
    "too_many_sessions": 429,
    "not_begun": 503,
    "malformed": 422,
}
"""Code → status in HTTP's numbers."""
_AGAIN = {429: "1", 503: "1"}
"""Status → seconds after which trying again may help."""
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""Names in RFC 9110 that Python has only from 3.13 on."""
_MOST_TOLD = 3


def problem(status: int, code: str, detail: str) -> Response:
    """An answer that says what is wrong.

    Args:
        status: In HTTP's numbers.
        code: What is wrong, for programs.
        detail: The value, what was expected, and what to do, for people.
    """
    named = {"type": f"urn:tool_sandbox:{code}", "title": title_of(status), "status": status}
    body = {**named, "code": code, "detail": detail}
    # OpenAI's clients look for what is wrong in this place.
    body |= {"error": {"message": detail, "type": code, "code": code}}
    headers = {"Retry-After": _AGAIN[status]} if status in _AGAIN else {}
    return Response(json.dumps(body), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def title_of(status: int) -> str:
    """What HTTP calls a status."""
    return _TITLES.get(status) or HTTPStatus(status).phrase


def of_session(_request: Request, error: Exception) -> Response:
    """What a session refuses."""
    assert isinstance(error, SessionError)
    return problem(STATUSES[error.kind], error.kind, str(error))


def of_http(_request: Request, error: Exception) -> Response:
    """A path, method or body that is none."""
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).name.lower()
    return problem(error.status_code, code, str(error.detail))


def malformed(error: ValidationError) -> SessionError:
    """What is wrong with the content of a request."""
    found = error.errors(include_url=False, include_context=False)
    told = "; ".join(_told(each) for each in found[:_MOST_TOLD])
    more = f" (and {len(found) - _MOST_TOLD} more)" if len(found) > _MOST_TOLD else ""
    return SessionError(f"the body is not as expected: {told}{more}. See /v1/openapi.json.", kind="malformed")


def _told(found: Any) -> str:
    where = ".".join(str(part) for part in found["loc"]) or "it"
    given = repr(found["input"])
    shown = given if len(given) <= 80 else f"{given[:80]}…"  # noqa: PLR2004 -- a line
    return f"{where}={shown}: {found['msg'][:1].lower()}{found['msg'][1:]}"
