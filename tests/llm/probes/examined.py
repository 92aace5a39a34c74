"""Probing a model behind an emulated provider."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.providers.catalogue import Client
from tests.providers.wire import Answer, Call
from tool_sandbox.llm import stack
from tool_sandbox.llm.chat import ChatModel
from tool_sandbox.llm.layers.budget.caps import Caps
from tool_sandbox.llm.layers.budget.layer import Ledger
from tool_sandbox.llm.layers.budget.pricing import PriceBook
from tool_sandbox.llm.layers.retry import RetryPolicy
from tool_sandbox.llm.probes.examination import examine
from tool_sandbox.llm.probes.finding import Finding
from tool_sandbox.llm.probes.subject import Evidence, Subject
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.through_litellm.transport import listed_price

WORD = Answer(text="ready")
CALL = Answer(calls=[Call(name="get_temperature", arguments='{"city": "Oslo"}')])
RESULT = Answer(text="17 degrees")
TWO_CALLS = Answer(
    calls=[
        Call(id="call_1a2b3c4d5", name="get_temperature", arguments='{"city": "Oslo"}'),
        Call(id="call_5d4c3b2a1", name="get_temperature", arguments='{"city": "Lima"}'),
    ]
)
WRITTEN = '<tool_call>\n{"name": "get_temperature", "arguments": {"city": "Oslo"}}\n</tool_call>'
"""A call as text."""
HEALTHY = (WORD, CALL, RESULT, TWO_CALLS, CALL)
"""What a model answers that has nothing wrong, in the order of the probes."""


def evidence_of(client: Client, *, budget: float | None = None, **config: Any) -> Evidence:
    """What the probes of a model found out that is behind an emulator."""
    settings = ModelSettings.from_config(client.config(**config))
    own = {client.provider.model: settings.prices} if settings.prices else {}
    book = PriceBook.from_mapping(own, lookup=listed_price)
    ledger = Ledger(Caps(run=budget), book)

    def build(settings: ModelSettings) -> ChatModel:
        policy = RetryPolicy(attempts=1, ceiling=0.0)
        return stack.build_model(client.provider.model, settings, ledger=ledger, retry=policy, environ={})

    model = client.provider.model
    subject = Subject(title=model, model=model, settings=settings, prices=book, build=build, environ={})
    evidence = Evidence(subject)
    told: list[Finding] = []
    asyncio.run(examine(evidence, told.append))
    assert told == list(evidence.findings.values())
    return evidence


def states(evidence: Evidence) -> dict[str, str]:
    """The state of every finding, by the name of its probe."""
    return {name: finding.state for name, finding in evidence.findings.items()}
