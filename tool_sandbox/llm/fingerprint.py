"""What makes two requests the same question: a digest over everything that can change the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from tool_sandbox.common.shared_json import compact_json
from tool_sandbox.llm.chat import ChatRequest
from tool_sandbox.redaction import is_secret_name

SCHEMA_VERSION = 1
"""Raised whenever the meaning of a digest or of a stored response changes."""

WITHOUT_EFFECT = frozenset({"metadata", "callbacks", "success_callback", "failure_callback", "timeout", "max_retries"})
"""Parameters that never reach the model."""


def fingerprint(request: ChatRequest, **extra: Any) -> str:
    """SHA-256 over the request and whatever else tells two calls apart.

    The order of keys does not matter in a message or among the parameters, where it has no meaning. Inside a tool's
    schema it does: the model reads the properties in that order. Credentials and time-outs are left out.

    Args:
        request: The question.
        extra: More JSON-able facts, such as the trial or the endpoint.

    Raises:
        TypeError: If something in the request is not JSON-able, so that no stable digest exists.
    """
    facts = {
        "schema": SCHEMA_VERSION,
        "model": request.model,
        "messages": [_sorted(message) for message in request.messages],
        "tools": list(request.tools),
        "params": _sorted({name: _number(value) for name, value in request.params.items() if _has_effect(name)}),
        "stream": request.stream,
        "extra": _sorted(extra),
    }
    text = compact_json(facts, ascii_only=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _has_effect(name: str) -> bool:
    return name not in WITHOUT_EFFECT and not is_secret_name(name)


def _sorted(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(mapping.items()))


def _number(value: Any) -> Any:
    """``0`` and ``0.0`` are the same temperature."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
