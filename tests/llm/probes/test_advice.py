from __future__ import annotations

import pytest

from tool_sandbox.errors import (
    AuthenticationError,
    ContextWindowError,
    InvalidRequestError,
    MalformedResponseError,
    ProviderError,
    ProviderTimeoutError,
    ProviderUnavailableError,
    QuotaExceededError,
    RateLimitError,
    RefusalError,
)
from tool_sandbox.llm.probes.advice import explained
from tool_sandbox.llm.probes.servers import Server

SERVER = Server(base="http://127.0.0.1:8000/v1", software="vLLM", models=("other",))


@pytest.mark.parametrize(
    ("error", "model", "advice"),
    [
        (AuthenticationError("no", status=401), "openai/m", "the key in OPENAI_API_KEY is whole"),
        (AuthenticationError("no", status=401), "bedrock/m", "the credentials are whole"),
        (RateLimitError("slow", status=429, retry_after=12.4), "openai/m", "try again in 12 s"),
        (RateLimitError("slow", status=429), "openai/m", "try again in a minute"),
        (QuotaExceededError("poor", status=402), "openai/m", "add credit"),
        (ProviderTimeoutError("late"), "openai/m", "--timeout"),
        (ProviderUnavailableError("overloaded", status=503), "openai/m", "--patience"),
        (ProviderUnavailableError("Cannot connect to host h:1"), "hosted_vllm/m", "HOSTED_VLLM_API_BASE"),
        (InvalidRequestError("unknown", status=404), "direct:m", "ask for a model that the server has: 'other'"),
        (InvalidRequestError("unknown", status=404), "openai/other", "spelled as its provider spells it"),
        (InvalidRequestError("bad seed", status=400), "openai/other", "--param NAME=null"),
        (ContextWindowError("long", status=400), "openai/m", "a longer context"),
        (RefusalError("rude", status=400), "openai/m", "the content filter"),
        (MalformedResponseError("<html>"), "openai/m", "mostly ends in /v1"),
        (InvalidRequestError("set --tool-call-parser", status=400), "direct:m", "start vLLM with"),
    ],
)
def test_every_kind_of_failure_says_what_to_do(error: ProviderError, model: str, advice: str) -> None:
    what, told = explained(error, model, SERVER)

    assert what == str(error)
    assert advice in str(told)


def test_what_the_error_says_itself_is_not_said_twice() -> None:
    error = AuthenticationError("No key was sent. Set DIRECT_API_KEY.", status=401)
    error.advice = "Set DIRECT_API_KEY"

    assert explained(error, "direct:m", None) == (str(error), None)
