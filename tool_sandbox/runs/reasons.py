"""Why samples are void, in the words of whoever stopped them, with the samples that share a reason together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve, field, frozen

from tool_sandbox.runs.outcomes import SampleResult

_LONGEST = 200
_JSON_MESSAGE = re.compile(r"""["']message["']\s*:\s*(?:"((?:[^"\\]|\\.)+)"|'((?:[^'\\]|\\.)+)')""")
_WHO_FAILED = re.compile(r"^'[^']*' failed(?: \(HTTP \d+\))?: ")
_CLASS_NAMES = re.compile(r"^(?:\w+(?:Error|Exception)\b(?:: | - ))+")
_CHANGING = re.compile(r"0x[0-9a-f]+|\b(?=\w*\d)[\w-]{12,}\b|\d+(?:\.\d+)?", re.IGNORECASE)


@frozen(kw_only=True)
class Reason:
    """What made a sample void. Two are equal when mending one mends the other."""

    cause: str
    """As in ``SampleResult.cause``."""
    kind: str
    """Class name of the error."""
    role: str | None
    """Whose turn it was."""
    model: str | None
    """The model that was asked, if one was."""
    status: int | None
    """HTTP status, if there was one."""
    where: str | None
    """File and line in code that is neither this package's nor Python's, where the error arose."""
    advice: str | None
    """What to do about it, where this package knows better than the provider."""
    gist: str
    """The words without what differs from sample to sample: numbers, ids, the sample's name."""
    words: str = field(eq=False)
    """What the provider, or the error, said; one line."""

    @property
    def told(self) -> str:
        """The words, and of an error in code of somebody's own what it was and where."""
        return self.words if self.where is None else f"{self.kind}: {self.words}, at {self.where}"


@frozen(kw_only=True)
class VoidGroup:
    """The void samples that share a reason."""

    reason: Reason
    samples: int
    """How many there are."""
    first: str
    """The scenario of the first one."""


def void_groups(results: Iterable[SampleResult]) -> list[VoidGroup]:
    """The void samples by their reason, the most frequent one first."""
    groups: dict[Reason, VoidGroup] = {}
    for result in results:
        reason = reason_of(result)
        if reason is not None:
            known = groups.get(reason) or VoidGroup(reason=reason, samples=0, first=result.name)
            groups[reason] = evolve(known, samples=known.samples + 1)
    return sorted(groups.values(), key=lambda group: -group.samples)


def reason_of(result: SampleResult) -> Reason | None:
    """Why a sample is void; ``None`` for one that is scored."""
    if result.status != "void":
        return None
    error: Mapping[str, Any] = result.error or {}
    words = provider_words(str(error.get("message") or ""))
    nameless = re.sub(rf"(?<!\w){re.escape(result.name)}(?!\w)", "#", words) if result.name in words else words
    return Reason(
        cause=str(result.cause),
        kind=str(error.get("type") or result.exception_type or ""),
        role=error.get("role"),
        model=error.get("model"),
        status=error.get("status"),
        where=error.get("where"),
        advice=error.get("advice"),
        gist=_CHANGING.sub("#", nameless),
        words=words,
    )


def provider_words(message: str) -> str:
    """What a provider said, without the names of the classes and the JSON that it is wrapped in; one line."""
    inner = _JSON_MESSAGE.search(message)
    words = next(filter(None, inner.groups())) if inner else _CLASS_NAMES.sub("", _WHO_FAILED.sub("", message))
    line = " ".join(words.replace("\\n", " ").replace('\\"', '"').split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
