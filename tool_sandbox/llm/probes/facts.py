"""The probes that ask nobody: what the answers so far and the lists of models tell."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tool_sandbox.common.counted import counted
from tool_sandbox.llm.chat import RateLimit
from tool_sandbox.llm.layers.budget.money import shown
from tool_sandbox.llm.layers.prompted_tools.support import UNREAD
from tool_sandbox.llm.probes.finding import Finding, note, ok
from tool_sandbox.llm.probes.subject import Evidence
from tool_sandbox.llm.transports.through_litellm.retirement import announced_end_of
from tool_sandbox.llm.transports.through_litellm.transport import listed_price

_TOKENS_IN, _TOKENS_OUT = 1000, 20
"""What a call of an agent comes to in the mean of the bundled scenarios."""
_MILLION = 1_000_000
_SET_PRICE = "give it, in US dollars: --param 'prices={input_per_million: 1, output_per_million: 5}'"

_UNLIKE_A_RUN = frozenset({"prompted", "streaming"})
"""Probes that ask in another way than a run would; what is changed there, they tell themselves."""


async def usage(evidence: Evidence) -> Finding | None:
    """Whether tokens are counted."""
    if not evidence.answers:
        return None
    every = [response.usage for response in evidence.answers.values()]
    told = [each for each in every if each is not None and each.prompt_tokens + each.completion_tokens > 0]
    if not told:
        return note("its answers say nothing of tokens, so what they cost stays unknown")
    sent, written = sum(each.prompt_tokens for each in told), sum(each.completion_tokens for each in told)
    what = f"{sent:,} tokens in and {written:,} out in {counted(len(told), 'answer')}"
    silent = [name for name, response in evidence.answers.items() if response.usage not in told]
    return note(f"{what}, but none told for: {', '.join(silent)}") if silent else ok(what)


async def price(evidence: Evidence) -> Finding:
    """Whether a price is known, and what a call of a run comes to."""
    subject = evidence.subject
    known = await asyncio.to_thread(subject.prices.price, subject.model)
    if known is None:
        if any(response.cost is not None for response in evidence.answers.values()):
            return ok("its provider tells the cost of every call")
        return note("nobody knows it: costs are not counted, and a run with --budget is refused", _SET_PRICE)
    if known.ceiling(1, 1) == 0:
        return ok("free")
    call = _TOKENS_IN * known.input + _TOKENS_OUT * known.output
    each = f"${_plain(known.input * _MILLION)} in and ${_plain(known.output * _MILLION)} out per million tokens"
    return ok(f"{each}: about ${shown(call)} for a call of a run")


async def context(evidence: Evidence) -> Finding:
    """How long a conversation may get, and an answer."""
    subject, server = evidence.subject, evidence.server
    entry = await asyncio.to_thread(listed_price, subject.model) or {}
    window = (server and server.context) or _whole(entry, "max_input_tokens") or _whole(entry, "max_tokens")
    longest = _whole(entry, "max_output_tokens")
    if window is None:
        return note("nobody knows it; a conversation that does not fit ends its sample as void")
    return ok(f"{window:,} tokens" + (f", answers of up to {longest:,}" if longest else ""))


async def announced_end(evidence: Evidence) -> Finding | None:
    """Whether the provider has announced the end of the model."""
    day = announced_end_of(await asyncio.to_thread(listed_price, evidence.subject.model))
    if day is None:
        return None
    if day < datetime.now(UTC).date():
        return note(f"it was announced for {day}", "choose a current model: others may answer in its place, or nobody")
    return ok(f"it is announced for {day}")


async def rate_limits(evidence: Evidence) -> Finding | None:
    """What the headers of the last answer say of limits."""
    if not evidence.answers:
        return None
    *_, last = (response.rate_limits for response in evidence.answers.values())
    if not last:
        return ok("its answers name none")
    return ok("; ".join(map(_limit, last)))


async def adjustments(evidence: Evidence) -> Finding | None:
    """What had to be changed so that the model takes what a run asks."""
    if not evidence.answers:
        return None
    as_in_a_run = (response for name, response in evidence.answers.items() if name not in _UNLIKE_A_RUN)
    made = dict.fromkeys(each for response in as_in_a_run for each in response.adjustments if each != UNREAD)
    return note("; ".join(made)) if made else ok("none: it takes everything as it is asked")


def _limit(limit: RateLimit) -> str:
    return f"{limit.of}: {', '.join(_parts(limit))}"


def _parts(limit: RateLimit) -> Iterator[str]:
    if limit.remaining is not None:
        yield f"{limit.remaining:,} left" + (f" of {limit.limit:,}" if limit.limit is not None else "")
    elif limit.limit is not None:
        yield f"at most {limit.limit:,}"
    if limit.reset is not None:
        yield f"all again in {limit.reset:.0f} s"


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _whole(entry: Mapping[str, Any], name: str) -> int | None:
    value = entry.get(name)
    return int(value) if isinstance(value, int | float | str) and str(value).isdigit() else None
