"""Keep credentials out of everything that is written, logged or shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

MASK = "[redacted]"

_SECRET_NAME = re.compile(
    r"^(x-)?(api[-_]?key|.*[-_]api[-_]?key|authorization|proxy-authorization|password|passwd|secret|.*[-_]secret"
    r"|.*secret[-_](access[-_])?key|token|.*(api|hf|access|auth|session|bearer|refresh|security|id)[-_]?token"
    r"|aws[-_](access[-_]key[-_]id|secret[-_]access[-_]key|session[-_]token)|azure[-_]ad[-_]token"
    r"|vertex[-_]credentials|credentials|cookie|set-cookie|ocp-apim-subscription-key)$",
    re.IGNORECASE,
)
_SECRET_QUERY = frozenset({"key", "apikey", "sig", "signature", "auth", "pwd", "pass", "subscription-key"})
_SECRET_TEXT = re.compile(
    r"(?P<scheme>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|(?P<url>://(?:[^/?#\s:@\"']*:)?)[^/?#\s\"']+(?=@)"
    r"|(?P<query>[?&](?P<name>[\w.-]+)=)[^&#\s\"']+"
    r"|\b(?:sk|pk|gsk|xai|rk)-[A-Za-z0-9_*-]{8,}"
    r"|\bgsk_[A-Za-z0-9]{8,}|\bhf_[A-Za-z0-9]{8,}|\bAIza[A-Za-z0-9_-]{20,}|\bAKIA[A-Z0-9]{12,}",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Whether a parameter or header of this name holds a credential."""
    return _SECRET_NAME.match(name) is not None


def is_secret_query(name: str) -> bool:
    """Whether a parameter of this name in a URL's query holds a credential."""
    return is_secret_name(name) or name.lower() in _SECRET_QUERY


def redact(data: Any, secrets: Iterable[str] = ()) -> Any:
    """A copy of JSON-like data without credentials: by name, by known value and by look.

    Args:
        data: Dicts, lists and scalars.
        secrets: Values known to be secret, removed wherever they appear.
    """
    return _redacted(data, _longest_first(secrets))


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without known secrets and without whatever looks like a key, a bearer token or a password in a URL."""
    redacted: str = _redacted(text, _longest_first(secrets))
    return redacted


def remove_values(data: Any, secrets: Iterable[str]) -> Any:
    """A copy of JSON-like data in which the known secret values, and nothing else, are masked."""
    known = _longest_first(secrets)
    return _without(data, known) if known else data


def _longest_first(secrets: Iterable[str]) -> list[str]:
    return sorted((secret for secret in secrets if secret), key=len, reverse=True)


def _redacted(data: Any, known: Sequence[str]) -> Any:
    if isinstance(data, str):
        return _SECRET_TEXT.sub(_masked, _without(data, known))
    if isinstance(data, list | tuple):
        return [_redacted(item, known) for item in data]
    if isinstance(data, dict | Mapping):
        return {
            key: MASK if is_secret_name(str(key)) and value is not None else _redacted(value, known)
            for key, value in data.items()
        }
    return data


def _without(data: Any, known: Sequence[str]) -> Any:
    if isinstance(data, str):
        for secret in known:
            data = data.replace(secret, MASK)
        return data
    if isinstance(data, list | tuple):
        return [_without(item, known) for item in data]
    if isinstance(data, dict | Mapping):
        return {key: _without(value, known) for key, value in data.items()}
    return data


def _masked(match: re.Match[str]) -> str:
    if match["name"] and not is_secret_query(match["name"]):
        return match["query"] + _SECRET_TEXT.sub(_masked, match[0].removeprefix(match["query"]))
    return (match["scheme"] or match["url"] or match["query"] or "") + MASK
