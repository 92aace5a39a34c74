"""All probes of one model, in order, each within its time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from attrs import evolve, frozen

from tool_sandbox.errors import (
    AuthenticationError,
    BudgetExceededError,
    ProviderError,
    ProviderTimeoutError,
    ProviderUnavailableError,
    QuotaExceededError,
    RateLimitError,
    ToolSandboxError,
)
from tool_sandbox.llm.probes import calls, facts
from tool_sandbox.llm.probes.advice import explained
from tool_sandbox.llm.probes.credentials import credentials
from tool_sandbox.llm.probes.finding import Finding, note, problem
from tool_sandbox.llm.probes.subject import Evidence, Subject
from tool_sandbox.llm.transports.address import is_direct
from tool_sandbox.llm.transports.through_litellm.transport import aload_litellm

_GRACE = 1.0
"""Seconds beyond the time of a call before its probe is given up, so that the transport is heard first."""
_HOPELESS = (
    AuthenticationError,
    BudgetExceededError,
    ProviderTimeoutError,
    ProviderUnavailableError,
    QuotaExceededError,
    RateLimitError,
)
"""Failures after which further calls would fail in the same way, or only cost time."""


@frozen(kw_only=True)
class Probe:
    """One thing to find out about a model."""

    name: str
    find: Callable[[Evidence], Awaitable[Finding | None]]
    """Finds it out; ``None`` where there is nothing to find."""
    asks: bool = False
    """Whether the model or its server is asked."""
    needed: bool = False
    """Whether a run cannot do without it."""


PROBES = (
    Probe(name="access", find=credentials, needed=True),
    Probe(name="server", find=calls.server, asks=True),
    Probe(name="answer", find=calls.answer, asks=True, needed=True),
    Probe(name="tool call", find=calls.tool_call, asks=True, needed=True),
    Probe(name="tools in the prompt", find=calls.prompted_tool_call, asks=True),
    Probe(name="tool result", find=calls.tool_result, asks=True, needed=True),
    Probe(name="parallel calls", find=calls.parallel_calls, asks=True),
    Probe(name="streaming", find=calls.streaming, asks=True),
    Probe(name="usage", find=facts.usage),
    Probe(name="price", find=facts.price),
    Probe(name="context", find=facts.context),
    Probe(name="announced end", find=facts.announced_end),
    Probe(name="rate limits", find=facts.rate_limits),
    Probe(name="adjustments", find=facts.adjustments),
)
"""In the order in which they are made: each may draw on those before it."""


async def examine(evidence: Evidence, told: Callable[[Finding], None]) -> None:
    """Make all probes of a model.

    Args:
        evidence: Of the model to probe; holds what is known, also when this is broken off.
        told: Is told each finding as soon as it is there.
    """
    try:
        for probe in PROBES:
            if probe.asks and evidence.hopeless:
                continue
            if probe.name == "answer" and not is_direct(evidence.subject.model):
                await aload_litellm()  # takes seconds that are not the model's
            finding = await _made(probe, evidence)
            if finding is not None:
                evidence.findings[probe.name] = finding
                told(finding)
    finally:
        await evidence.aclose()


async def _made(probe: Probe, evidence: Evidence) -> Finding | None:
    began = time.monotonic()
    finding = await _within_its_time(probe, evidence) if probe.asks else await probe.find(evidence)
    took = round(time.monotonic() - began, 3) if probe.asks else None
    return finding and evolve(finding, probe=probe.name, seconds=took)


async def _within_its_time(probe: Probe, evidence: Evidence) -> Finding | None:
    subject = evidence.subject
    limit = subject.settings.timeout
    try:
        async with asyncio.timeout(limit + _GRACE):
            return await probe.find(evidence)
    except TimeoutError:
        error: ToolSandboxError = ProviderTimeoutError(f"no answer within {limit:g} s")
    except ToolSandboxError as raised:
        error = raised
    evidence.hopeless = evidence.hopeless or isinstance(error, _HOPELESS) or probe.name == "answer"
    return _failed(error, probe, subject, evidence)


def _failed(error: ToolSandboxError, probe: Probe, subject: Subject, evidence: Evidence) -> Finding:
    """A failure as a finding: of what a run needs, or by what is no provider's fault, it is a problem."""
    if not isinstance(error, ProviderError):
        return problem(str(error))
    what, advice = explained(error, subject.model, evidence.server)
    is_needed = probe.needed or (probe.name == "streaming" and subject.settings.stream)
    return problem(what, advice) if is_needed else note(what, advice)
