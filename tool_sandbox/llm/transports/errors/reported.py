"""Errors that a server reports inside an answer with HTTP status 200, at whatever level of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from tool_sandbox.llm.transports.completions.json_bodies import as_json

_STATUS_OF = {
    400: ("invalid_request_error", "invalid_argument", "failed_precondition", "badrequesterror", "bad_request"),
    401: ("authentication_error", "unauthenticated", "invalid_api_key"),
    403: ("permission_error", "permission_denied"),
    404: ("not_found_error", "not_found", "notfounderror"),
    408: ("request_timeout",),
    429: ("rate_limit_error", "rate_limit_exceeded", "resource_exhausted", "too_many_requests", "insufficient_quota"),
    500: ("server_error", "api_error", "internal", "internal_error", "internalservererror", "internal_server_error"),
    503: ("unavailable", "service_unavailable", "serviceunavailableerror", "model_overloaded", "engine_overloaded"),
    504: ("timeout_error", "deadline_exceeded"),
    529: ("overloaded_error", "overloaded"),
}
_STATUSES = {word: status for status, words in _STATUS_OF.items() for word in words}
_WORDS = ("message", "msg", "detail", "error_msg", "errmsg", "status_msg", "error_message", "error")
_CODES = ("code", "status_code", "http_code", "status", "type", "error_code", "errcode", "error_type")


@frozen
class ReportedError:
    """What a server says went wrong."""

    text: str
    """Its words."""
    details: str
    """All of it, as JSON."""
    status: int | None = None
    """The HTTP status that its code stands for, if one does."""

    def as_object(self) -> dict[str, Any]:
        """The error as the one object at the top of an answer, for whoever reads the whole of it."""
        return {"message": self.text, "code": self.status, "details": self.details}


def reported_error(data: Mapping[str, Any]) -> ReportedError | None:
    """The error that a completion, a chunk of a stream or what stands in its place reports, if it does."""
    found = next(filter(None, _places(data)), None)
    return None if found is None else describe(found)


def describe(error: Any) -> ReportedError:
    """An error object, in whatever form it is."""
    details = as_json(error)
    if not isinstance(error, Mapping):
        return ReportedError(error if isinstance(error, str) else details, details)
    text = next((error[name] for name in _WORDS if isinstance(error.get(name), str) and error[name]), details)
    beneath = error.get("metadata")
    raw = beneath.get("raw") if isinstance(beneath, Mapping) else None
    more = f" ({raw})" if isinstance(raw, str) and raw and raw not in text else ""
    return ReportedError(text + more, details, _status(error))


def _places(data: Mapping[str, Any]) -> Iterator[Any]:
    """Where errors stand, from the outside in."""
    yield from _beside(data)
    choices = data.get("choices")
    listed = isinstance(choices, list) and bool(choices)
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, Mapping):
            yield from _beside(choice)
            for name in ("message", "delta"):
                if isinstance(choice.get(name), Mapping):
                    yield from _beside(choice[name])
    base = data.get("base_resp")  # MiniMax
    if isinstance(base, Mapping) and base.get("status_code"):
        yield base
    if not listed and any(isinstance(data.get(name), str) and data[name] for name in _WORDS):
        yield data


def _beside(data: Mapping[str, Any]) -> Iterator[Any]:
    yield data.get("error")
    fields = data.get("provider_specific_fields")
    if isinstance(fields, Mapping):
        yield fields.get("error")


def _status(error: Mapping[str, Any]) -> int | None:
    for name in _CODES:
        status = _as_status(error.get(name))
        if status is not None:
            return status
    return None


def _as_status(code: Any) -> int | None:
    if isinstance(code, str):
        if not code.strip().isdecimal():
            return _STATUSES.get(code.strip().lower())
        code = int(code[:9])
    if isinstance(code, float) and code.is_integer():
        code = int(code)
    whole = isinstance(code, int) and not isinstance(code, bool)
    return code if whole and 400 <= code < 600 else None  # noqa: PLR2004 -- HTTP
