# ruff: noqa: E501 -- servers' messages as they wrote them
"""What providers said, as reported in public threads, and what kind of failure that is."""

from __future__ import annotations

import pytest

from tool_sandbox.errors import (
    AuthenticationError,
    ContextWindowError,
    InvalidRequestError,
    MalformedResponseError,
    NoCredentialsError,
    ProviderError,
    ProviderTimeoutError,
    ProviderUnavailableError,
    QuotaExceededError,
    RateLimitError,
    RefusalError,
)
from tool_sandbox.llm.transports.errors.classification import FailedCall, error_for

CLOUDFLARE = '<!DOCTYPE html>\n<html class="no-js" lang="en-US"><head><title>Attention Required! | Cloudflare</title></head></html>'

SAID = {
    "openai context": (400, "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.", ContextWindowError),
    "vllm context": (400, "This model's maximum context length is 4096 tokens. However, you requested 256 output tokens and your prompt contains at least 3841 input tokens, for a total of at least 4097 tokens.", ContextWindowError),
    "anthropic context": (400, "prompt is too long: 213142 tokens > 200000 maximum", ContextWindowError),
    "anthropic context with max_tokens": (400, "input length and `max_tokens` exceed context limit: 195000 + 8192 > 200000", ContextWindowError),
    "gemini context": (400, "The input token count (1072443) exceeds the maximum number of tokens allowed (1048576).", ContextWindowError),
    "mistral context": (400, "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length", ContextWindowError),
    "bedrock context": (400, "Input is too long for requested model.", ContextWindowError),
    "llama.cpp context": (400, '{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error"}}', ContextWindowError),
    "sglang context": (400, "The input (9000 tokens) is longer than the model's context length (8192 tokens).", ContextWindowError),
    "groq context": (400, "Please reduce the length of the messages or completion.", ContextWindowError),
    "tgi context": (422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens", ContextWindowError),
    "blocked prompt": (400, "Your prompt contains content blocked by our safety system", RefusalError),
    "openai safety system (one-api#737)": (400, "Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.", RefusalError),
    "openai usage policy (codex#38849)": (400, "Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt", RefusalError),
    "azure filter": (400, "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.", RefusalError),
    "anthropic filter": (400, "Output blocked by content filtering policy", RefusalError),
    "deepseek filter (BettaFish#108)": (400, "Content Exists Risk", RefusalError),
    "qwen filter (qwen-code#2905)": (400, "<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content.", RefusalError),
    "openrouter moderation": (403, 'openai/gpt-4o requires moderation on Azure. Your input was flagged for "violence".', RefusalError),
    "filter behind a gateway": (500, "litellm.ContentPolicyViolationError: content_policy_violation", RefusalError),
    "openai key": (401, "Incorrect API key provided: ***. You can find your API key at https://platform.openai.com/account/api-keys.", AuthenticationError),
    "gemini key": (400, "API key not valid. Please pass a valid API key.", AuthenticationError),
    "openrouter key": (401, "No auth credentials found", AuthenticationError),
    "openai model access (continue#10120)": (403, "Project `proj_x` does not have access to model `gpt-4.1-2025-04-14`", AuthenticationError),
    "google permission": (403, "Permission 'aiplatform.endpoints.predict' denied on resource", AuthenticationError),
    "aws permission": (403, "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel", AuthenticationError),
    "openai region": (403, "Country, region, or territory not supported", AuthenticationError),
    "key behind a 500": (500, "The api_key client option must be set either by passing api_key to the client", NoCredentialsError),
    "firewall (openui#144)": (403, f"PermissionDeniedError: {CLOUDFLARE}", InvalidRequestError),
    "403 without a word": (403, "403 Forbidden", InvalidRequestError),
    "anthropic forbidden (mimiclaw#162)": (403, '{"error": {"type": "forbidden", "message": "Request not allowed"}}', InvalidRequestError),
    "openrouter key limit": (403, "Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys", QuotaExceededError),
    "openai quota": (429, "You exceeded your current quota, please check your plan and billing details. insufficient_quota", QuotaExceededError),
    "anthropic quota": (400, "Your credit balance is too low to access the Anthropic API.", QuotaExceededError),
    "deepseek quota": (402, "Insufficient Balance", QuotaExceededError),
    "openrouter quota": (402, "This request requires more credits, or fewer max_tokens.", QuotaExceededError),
    "groq rate": (429, "Rate limit reached for model `x` on tokens per minute (TPM): Limit 6000, Used 5800, Requested 700. Please try again in 5s.", RateLimitError),
    "anthropic rate": (429, "Number of request tokens has exceeded your per-minute rate limit", RateLimitError),
    "too many tokens a minute": (429, "Too many tokens per minute", RateLimitError),
    "anthropic overload": (529, "Overloaded", ProviderUnavailableError),
    "gemini overload": (503, "The model is overloaded. Please try again later.", ProviderUnavailableError),
    "openai 500": (500, "The server had an error while processing your request. Sorry about that!", ProviderUnavailableError),
    "a gateway that cannot choose": (503, "No healthy upstream: all choices exhausted", ProviderUnavailableError),
    "timeout": (408, "Request timed out.", ProviderTimeoutError),
    "no answer in time": (None, "ReadTimeout: The read operation timed out", ProviderTimeoutError),
    "refused connection": (None, "ConnectError: All connection attempts failed", ProviderUnavailableError),
    "cut body": (None, "RemoteProtocolError: peer closed connection without sending complete message body (incomplete chunked read)", MalformedResponseError),
    "cut body, aiohttp": (None, "ClientPayloadError: Response payload is not completed: <ContentLengthError: 400, message='Not enough data to satisfy content length header.'>", MalformedResponseError),
    "an unknown parameter": (400, "Unsupported parameter: 'timeout' is not a valid parameter", InvalidRequestError),
    "a bad choice": (400, "Invalid value: 'n' must be 1; only one of choices is supported", InvalidRequestError),
    "an unknown model": (404, "The model `gpt-9` does not exist or you do not have access to it.", InvalidRequestError),
    "a header": (411, "Content-Length header is required", InvalidRequestError),
    "a name like a sign": (400, "Tool 'set_content_filter_level' has an invalid schema", InvalidRequestError),
}  # fmt: skip


@pytest.mark.parametrize(("status", "text", "kind"), SAID.values(), ids=SAID)
def test_what_a_provider_says_has_one_name(status: int | None, text: str, kind: type[ProviderError]) -> None:
    error = error_for(FailedCall(text=text, status=status, provider="p", model="m"))
    assert type(error) is kind
    assert error.status == status


RETRYABLE = (RateLimitError, ProviderTimeoutError, ProviderUnavailableError, MalformedResponseError)


@pytest.mark.parametrize(("status", "text", "kind"), SAID.values(), ids=SAID)
def test_only_what_may_pass_is_tried_again(status: int | None, text: str, kind: type[ProviderError]) -> None:
    assert error_for(FailedCall(text=text, status=status)).retryable is issubclass(kind, RETRYABLE)


@pytest.mark.parametrize(
    "text",
    [
        "InternalServerError: OpenAIException - Connection error.. Handle with `litellm.InternalServerError`.",
        "litellm.BadRequestError: GroqException - No.\nReceived Model Group=x\nAvailable Model Group Fallbacks=None",
        "No. If you need to debug this error, use `litellm._turn_on_debug()'.",
        "LiteLLM.Info: If you need to debug this error, use `litellm._turn_on_debug()'.",
        "litellm.APIError: error - Received response - <APIResponse [200 OK] type=<class 'openai.types.X'>>, Type of response - <class 'openai.Y'>",
        "litellm.UnsupportedParamsError: gpt-5 does not support temperature=0. To drop unsupported params set `litellm.drop_params = True`",
        "Give Feedback / Get Help: https://github.com/BerriAI/litellm/issues/new",
    ],
)  # fmt: skip
def test_no_message_holds_advice_for_those_who_program_with_litellm(text: str) -> None:
    message = str(error_for(FailedCall(text=f"{text}", status=500, kind="InternalServerError", model="m")))
    for advice in ("litellm", "LiteLLM", "Handle with", "Model Group", "APIResponse", "Exception -", "drop_params"):
        assert advice not in message


def test_an_answer_that_a_library_cannot_read_is_malformed_with_the_status_it_had() -> None:
    made_up = FailedCall(text="KeyError: 'delta'", status=400, kind="BadRequestError", transport=True, unreadable=True)
    error = error_for(made_up)
    assert (type(error), error.status, error.retryable) == (MalformedResponseError, 200, True)
