"""What providers' words mean: the phrases by which failures are told apart, with who says them.

A phrase is as narrow as its provider's wording allows, because it is looked for in everything that a server sends,
quotations of prompts and web pages included.
"""

from __future__ import annotations

import re


def _any_of(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases))


CONTEXT = _any_of(
    r"context_length_exceeded|maximum context length|context window|context_window_exceeded",  # OpenAI and many
    r"\b(?:model's )?context length (?:is|of|limit|exceeded)|exceeds? (?:the |this )?(?:model's |maximum )?context",
    r"prompt is too long|input length and `?max_tokens`? exceed",  # Anthropic
    r"input token count.{0,40}exceeds|exceeds the maximum number of tokens",  # Gemini
    r"input is too long|too many input tokens|input tokens? exceeds?",  # Bedrock
    r"too large for model with \d+ maximum context",  # Mistral
    r"prompt contains (?:at least )?[\d,]+ (?:\w+ )?tokens|too many tokens(?! per)",  # vLLM, Cohere, Mistral
    r"reduce the length of the (?:messages|prompt|input)",  # Groq, vLLM, older OpenAI
    r"exceeds the available context size|exceed_context_size_error",  # llama.cpp
    r"longer than the model's context length|input_?tokens? .{0,20}exceeds? .{0,20}limit",  # SGLang
    r"`?inputs`? (?:tokens|must have less than)",  # TGI
)  # fmt: skip

QUOTA = re.compile(
    r"insufficient_quota|exceeded your current quota|billing_not_active|billing hard limit|"  # OpenAI
    r"credit balance is too low|"  # Anthropic
    r"insufficient[ _](?:account[ _])?balance|account balance is (?:not enough|insufficient)|"  # DeepSeek, Moonshot
    r"insufficient credits|requires more credits|never purchased credits|key limit exceeded|"  # OpenRouter
    r"payment required|out of credits|used all available credits|monthly spending limit"  # xAI, Together, Hugging Face
)

REFUSAL = _any_of(
    r"safety system|content_policy_violation|violat\w+ (?:our|the|openai's)? ?(?:usage|content) polic",  # OpenAI
    r"content management policy|responsibleaipolicyviolation|\bcontent_filter\b",  # Azure
    r"output blocked by content filtering|blocked by (?:a |the |our )?content filter",  # Anthropic, gateways
    r"prohibited_content|blocked by safety|blocked due to safety|blockreason",  # Gemini
    r"blocked by (?:a |the )?guardrails?|guardrail_intervened",  # Bedrock, gateways
    r"requires moderation on|flagged for|input was flagged",  # OpenRouter
    r"content exists risk|data_?inspection_?failed|inappropriate content",  # DeepSeek, Qwen
    r"contentfilter|sensitive content",  # Z.ai
    r"content polic(?:y|ies)|content[ -]moderation|prompt contains content blocked",
)  # fmt: skip

NO_CREDENTIALS = _any_of(
    r"(?:missing|no) (?:anthropic |openai )?api[ _-]?keys?\b",
    r"api key must be set|api_key client option must be set|missing credentials",
    r"unable to locate credentials|default credentials were not found",
    r"could not automatically determine credentials",
)  # fmt: skip

CREDENTIALS = _any_of(
    r"(?:invalid|incorrect|wrong|expired|disabled|revoked) (?:anthropic |openai )?api[ _-]?keys?\b",
    r"invalid_api_key|api_key_invalid|api key not (?:valid|found)|invalid x-api-key",
    r"api key (?:is )?(?:invalid|expired)",
    r"security token included in the request is (?:invalid|expired)|unrecognizedclientexception",  # AWS
    r"invalid (?:bearer |access |auth\w* )?token|invalid authentication|authentication failed|authentication_error",
    r"no auth credentials found|user not found|no cookie auth",  # OpenRouter
)  # fmt: skip

PERMISSION = re.compile(
    r"permission(?!deniederror)|not (?:authori[sz]ed|allowed to|entitled)|unauthori[sz]ed|"
    r"access (?:is |was )?denied|accessdenied|"
    r"(?:do(?:es)?|did) not have (?:the )?access|don't have (?:the )?access|no access to|not have access|"
    r"api[ _-]?key|credential|authenticat|token (?:is )?(?:invalid|expired)|subscription|"
    r"must be (?:an? )?(?:member|verified)|country, region|unsupported_country|user location is not supported"
)
"""What a 403 says when it is about who asks. Without such words it is about what was asked, or from a firewall."""

LOCAL = re.compile(
    r"no module named|unable to convert openai tool calls|missing corresponding tool call|llm provider not provided|"
    r"unsupportedparamserror|unmapped llm provider|invalid message passed in"
)
"""LiteLLM's complaints about a request, made before it was sent; it gives them statuses of servers."""

TRUNCATED = re.compile(
    r"incomplete chunked read|incompleteread|peer closed connection without sending complete|"
    r"payload is not completed|not enough data to satisfy|unterminated string|stream ended"
)
NOT_A_COMPLETION = re.compile(
    r"<html|<!doctype|unable to get json response|empty or invalid response|invalid response object|empty response|"
    r"expecting value|expecting (?:property name|',' delimiter|':' delimiter)|jsondecodeerror|is not valid json|"
    r"unexpected mimetype|object has no attribute|validation errors? for (?:modelresponse|message|usage|choices)|"
    r"openai_response_object|no choices|'choices'|\"choices\"|keyerror: ?'\w+'"
)
LITELLM_UNREADABLE = re.compile(r"error converting to valid response block")
"""LiteLLM's words, with a status of its own, for a body that it cannot read."""

TIMED_OUT = re.compile(
    r"\btimed[ -]out\b|deadline[ _]exceeded|did not finish within|"
    r"\b(?:read|connect|connection|pool|write|gateway|request|response|server|socket|upstream) ?time-?out\b|"
    r"\btime-?out (?:error|exceeded|expired|reached|occurred|waiting|while|after|on )|^\W*(?:\w+: )*time-?out\W*$"
)

ADVICE = _any_of(
    r"\s*LiteLLM\.Info:[^\n]*",
    r"\s*[^.!?\n]*[`']litellm\.\w[^`']*[`'][^.\n]*\.?",  # a sentence with a name of its own in it
    r"\s*File an issue if litellm error - \S*",
    r"\s*Give Feedback / Get Help:? \S*",
    r"\s*(?:Received Model Group|Available Model Group Fallbacks)=.*",
    r"\s*Check the reverse proxy or model server configuration\.?",
    r",? Received response - <\w+ \[.*?>>?, Type of response - <class '[^']*'>",
    r"\s*Original exception: .*",
    r"\b\w+Exception - ",
)  # fmt: skip
"""What LiteLLM adds for programmers who use it."""
