from __future__ import annotations

import pytest

from tool_sandbox.llm.chat import ChatResponse, RateLimit
from tool_sandbox.llm.transports.rate_limits import rate_limits_in

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("headers", "limits"),
    [
        (
            {"X-RateLimit-Limit-Requests": "500", "X-RateLimit-Remaining-Requests": "499"},
            [RateLimit(of="requests", limit=500, remaining=499)],
        ),
        (
            {"llm_provider-x-ratelimit-limit-tokens": "30000", "x-ratelimit-reset-tokens": "1m30s"},
            [RateLimit(of="tokens", limit=30000, reset=90.0)],
        ),
        (
            {
                "anthropic-ratelimit-input-tokens-limit": "100",
                "anthropic-ratelimit-input-tokens-remaining": "40",
                "anthropic-ratelimit-input-tokens-reset": "2026-09-21T14:13:25Z",
            },
            [RateLimit(of="input tokens", limit=100, remaining=40, reset=5.0, is_moment=True)],
        ),
        (
            {"ratelimit-limit": "100;w=60", "ratelimit-remaining": "7", "ratelimit-reset": "3"},
            [RateLimit(of="requests", limit=100, remaining=7, reset=3.0)],
        ),
        ({"x-ratelimit-limit-requests": "many"}, [RateLimit(of="requests")]),
        ({"x-ratelimited": "1", "content-type": "application/json"}, []),
    ],
)
def test_limits_are_read_in_every_spelling(headers: dict[str, str], limits: list[RateLimit]) -> None:
    assert list(rate_limits_in(headers, now=NOW)) == limits


def test_limits_are_of_the_moment_and_kept_in_no_record() -> None:
    response = ChatResponse(text="hi", rate_limits=[RateLimit(of="requests", limit=1)])

    assert "rate_limits" not in response.to_dict()
    assert ChatResponse.from_dict(response.to_dict()).rate_limits == ()
