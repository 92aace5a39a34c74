# ruff: noqa: E501 -- servers' messages as they wrote them
from __future__ import annotations

import json
from typing import Any

import pytest

from tool_sandbox.llm.chat import ChatRequest
from tool_sandbox.llm.transports.completions.finish_reasons import MALFORMED_CALL
from tool_sandbox.llm.transports.errors.unparsed_calls import is_unparsed_call, unparsed_call

TOOL = {"type": "function", "function": {"name": "set_wifi_status", "parameters": {"type": "object", "properties": {}}}}
REQUEST = ChatRequest(model="m", messages=(), tools=[TOOL])

# What servers said, as reported in public threads; the thread stands beside it.
THE_MODELS = {
    "groq": "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
    "groq, arguments (OpenHands#10187)": '{"error":{"message":"Failed to parse tool call arguments as JSON","code":"tool_use_failed"}}',
    "groq, schema (laravel/ai#342)": "Tool call validation failed: tool call validation failed: parameters for tool "
    "CreateLeadTool did not match schema: errors: [missing properties: 'schema_definition']",
    "groq, name (mastra#9688)": "Tool call validation failed: tool call validation failed: attempted to call tool 'listFiles' "
    "which was not in request.tools",
    "ollama (ollama#12884)": """{"error":"error parsing tool call: raw='ls -R\\n', err=invalid character 'l' looking for beginning of value"}""",
    "ollama (ollama#13710)": "error parsing tool call: invalid character ']' after object key:value pair (status code: 500)",
    "llama.cpp (llama.cpp#20761)": '{"error":{"code":500,"message":"Failed to parse input at pos 12: </tool_call>","type":"server_error"}}',
    "llama.cpp (llama.cpp#25510)": "Failed to parse tool call arguments as JSON: [json.exception.parse_error.101] parse error at "
    "line 1, column 131: syntax error while parsing value - unexpected end of input",
    "vllm, harmony (vllm#51977)": 'unexpected tokens remaining in message header: Some("to=functions.web-browsing")',
    "vllm, harmony (vllm#22515)": "Unexpected token 12606 while expecting start token 200006",
    "vllm, forced call (inference-perf#695)": "1 validation error for list[function-wrap[__log_extra_fields__()]]\n  Invalid JSON: "
    "EOF while parsing an object at line 1508 column 3 [type=json_invalid, input_value='[', input_type=str]",
    "bedrock, nova (harness-sdk#649)": "An error occurred (ModelErrorException) when calling the Converse operation: Model produced "
    "invalid sequence as part of ToolUse. Please refer to the model tool use troubleshooting guide.",
    "openai": "The model produced invalid content. Consider modifying your prompt if you are seeing this error persistently.",
    "gemini behind a gateway": "Upstream finished with MALFORMED_FUNCTION_CALL",
    "in other words": "Unable to parse the model's tool call",
    "in other words, as a noun": "tool call parsing error: unexpected end of input",
    "in other words, of the model": "The model generated an invalid function call.",
}  # fmt: skip

NOT_THE_MODELS = {
    "history, llama.cpp": "Failed to parse tool call arguments in messages[2] as JSON",
    "history, bedrock (copilot-cli#102)": "messages.78: `tool_use` ids were found without `tool_result` blocks immediately after",
    "history, openai": "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.",
    "history, openai, role": "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    "server's options, vllm": '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    "model's abilities, ollama": "registry.ollama.ai/library/gemma:2b does not support tools",
    "parameters": "tool_choice is not supported for this model",
    "overload": "The engine is currently overloaded, please try again later",
    "html": "<html><title>502 Bad Gateway</title></html>",
    "body": "Failed to parse the request body as JSON: messages[0].content: trailing characters",
    "schema": "Invalid schema for function 'f': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'.",
}  # fmt: skip


@pytest.mark.parametrize("text", THE_MODELS.values(), ids=THE_MODELS)
def test_a_call_that_its_own_server_cannot_parse_is_the_models_mistake(text: str) -> None:
    answer = unparsed_call(text, REQUEST, "p", text)
    assert answer is not None
    assert (answer.finish_reason, answer.tool_calls, answer.text) == (MALFORMED_CALL, (), None)
    assert (answer.parse_losses, answer.provider, answer.model) == (1, "p", "m")


@pytest.mark.parametrize("text", NOT_THE_MODELS.values(), ids=NOT_THE_MODELS)
def test_a_complaint_about_the_request_or_the_server_is_not(text: str) -> None:
    assert not is_unparsed_call(text)
    assert unparsed_call(text, REQUEST, "p", text) is None


@pytest.mark.parametrize(
    "raw",
    [
        '<tool_call>\n{"name": "set_wifi_status", "arguments": {"on": false}}\n</tool_call>',
        '```json\n{"name": "set_wifi_status", "parameters": {"on": false}}\n```',
    ],
)
def test_a_call_that_can_be_read_from_what_the_model_wrote_is_passed_on(raw: str) -> None:
    body: dict[str, Any] = {"error": {"message": "Failed", "code": "tool_use_failed", "failed_generation": raw}}
    answer = unparsed_call("Failed", REQUEST, "groq", json.dumps(body))
    assert answer is not None
    assert [(call.name, json.loads(call.arguments)) for call in answer.tool_calls] == [
        ("set_wifi_status", {"on": False})
    ]
    assert (answer.finish_reason, answer.parse_losses) == ("tool_calls", 1)
    assert "could not parse" in answer.adjustments[0]


@pytest.mark.parametrize("raw", ["", "I will turn it off.", '<tool_call>{"name": "set_wifi_status", "argum'])
def test_what_holds_no_whole_call_stays_a_malformed_one(raw: str) -> None:
    body = {"error": {"code": "tool_use_failed", "failed_generation": raw}}
    answer = unparsed_call("", REQUEST, "groq", json.dumps(body))
    assert answer is not None
    assert (answer.finish_reason, answer.tool_calls) == (MALFORMED_CALL, ())


def test_what_the_model_wrote_never_counts_as_a_complaint_about_the_request() -> None:
    body = {"error": {"code": "tool_use_failed", "failed_generation": "see messages[2] of the previous role 'tool'"}}
    assert unparsed_call("", REQUEST, "groq", json.dumps(body)) is not None
