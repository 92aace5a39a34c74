"""The description of the API, made from its routes and models."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from importlib import metadata
from typing import Any

from attrs import frozen
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response

from tool_sandbox.remote.problems import MEDIA_TYPE, title_of
from tool_sandbox.remote.schema import Problem

_REFERENCE = "#/components/schemas/{model}"
_ALWAYS = (403, 421)
"""Who is refused whatever is asked."""


@frozen
class Operation:
    """One thing that can be asked."""

    method: str
    path: str
    answer: Callable[[Request], Awaitable[Response]]
    summary: str
    """What it does, in a sentence."""
    gives: type[BaseModel] | None
    """What the answer holds; ``None`` for any JSON object."""
    takes: type[BaseModel] | None = None
    """What the body holds, if there is one."""
    refusals: Sequence[int] = ()
    """The statuses of what may be wrong."""
    status: int = 200
    """That of the answer when nothing is."""


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """OpenAPI 3.1 for what can be asked."""
    models = [model for each in operations for model in (each.takes, each.gives) if model] + [Problem]
    _, schemas = models_json_schema([(model, "validation") for model in dict.fromkeys(models)], ref_template=_REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _described(each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "tool_sandbox",
            "version": metadata.version("tool_sandbox"),
            "description": "An agent in any language plays the samples of a run.",
        },
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    given = _content("application/json", operation.gives)
    answers = {str(operation.status): {"description": "Done.", "content": given}}
    for status in sorted({*operation.refusals, *_ALWAYS}):
        answers[str(status)] = {"description": title_of(status), "content": _content(MEDIA_TYPE, Problem)}
    named = [part.strip("{}") for part in operation.path.split("/") if part.startswith("{")]
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in named]
    return {
        "operationId": operation.answer.__name__,
        "summary": operation.summary,
        **({"parameters": parameters} if parameters else {}),
        **(
            {"requestBody": {"required": True, "content": _content("application/json", operation.takes)}}
            if operation.takes
            else {}
        ),
        "responses": answers,
    }


def _content(media_type: str, model: type[BaseModel] | None) -> dict[str, Any]:
    schema = {"type": "object"} if model is None else {"$ref": _REFERENCE.format(model=model.__name__)}
    return {media_type: {"schema": schema}}
