"""Room for thinking beside the answer, made before anybody reserves money for the call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import evolve

from tool_sandbox.llm.chat import ChatRequest, ChatResponse
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.transports.negotiation.profile import Change

_REASONS = re.compile(
    r"(^|/)(gpt-[5-9](?!.*chat)|o[134](-|$)|deepseek-r\d|deepseek-reasoner|magistral|gemini-(2\.5-pro|[3-9])|gpt-oss|"
    r"kimi-k\d.*thinking|qwq|grok-[4-9])|-(thinking|reasoning|reasoner)\b"
)
_RESERVE = {"minimal": 1024, "low": 4096, "medium": 8192, "high": 16384, "xhigh": 32768, "max": 32768}


def reasons(model: str) -> bool:
    """Whether a model is known to think before it answers without being asked to (2026-11).

    Others are found out when an answer is empty because thinking used the whole limit up.
    """
    return _REASONS.search(model.lower()) is not None


def reserve_for_reasoning(model: str, params: Mapping[str, Any]) -> Change | None:
    """Room for thinking beside the answer, when the model thinks and the limit is only our default.

    ``max_tokens`` counts reasoning too on every provider that reasons (2026-11), so that the default of 1024 would
    leave nothing to answer with.
    """
    limit = params.get("max_tokens")
    thinking = params.get("thinking")
    budget = thinking.get("budget_tokens", 0) if isinstance(thinking, Mapping) else 0
    effort = params.get("reasoning_effort") or ("medium" if reasons(model) else None)
    reserve = max(budget, _RESERVE.get(str(effort), 0))
    if not isinstance(limit, int) or not reserve:
        return None
    return Change("max_tokens", "max_tokens", limit + reserve, "room for reasoning")


class RoomForReasoning(Wrapper):
    """A model whose default token limit is raised when it thinks, before anybody reserves money for the call."""

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop."""
        change = reserve_for_reasoning(request.model, request.params)
        if change is None:
            return await self.inner.acomplete(request)
        response = await self.inner.acomplete(evolve(request, params=change.apply(request.params)))
        return evolve(response, adjustments=(change.describe(request.params), *response.adjustments))
