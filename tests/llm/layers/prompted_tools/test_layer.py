"""Models without tool calling get tools in words, and their calls are read from noisy text without loss or eval."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.llm.fakes import FakeModel, answer, question
from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.layers.prompted_tools.formats import FORMATS, ToolFormat
from tool_sandbox.llm.layers.prompted_tools.layer import PromptedTools, choose_format, in_words
from tool_sandbox.llm.transports.completions.lenient_json import decode_at
from tool_sandbox.llm.transports.completions.written_calls import read_answer

KNOWN = {"search_contacts", "send_message"}
TOOLS: tuple[dict[str, Any], ...] = tuple(
    {
        "type": "function",
        "function": {
            "name": name,
            "description": f"What {name} does.",
            "parameters": {"type": "object", "properties": {"name": {"type": "string"}}},
        },
    }
    for name in sorted(KNOWN)
)

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
arguments = st.dictionaries(st.text(), values, max_size=4)
prose = st.text(alphabet=st.characters(exclude_characters="<>`[]{}|", exclude_categories=["Cs"]), max_size=60)


@pytest.fixture(params=sorted(FORMATS))
def form(request: pytest.FixtureRequest) -> ToolFormat:
    return FORMATS[request.param]


@pytest.mark.parametrize("name", sorted(FORMATS))
@given(calls=st.lists(st.tuples(st.sampled_from(sorted(KNOWN)), arguments), min_size=1, max_size=4), said=prose)
@example(calls=[("send_message", {"content": "```\n</tool_call> <tool_call> <tool_response>"})], said="Sure:")
def test_what_is_written_is_read_back(name: str, calls: list[tuple[str, dict[str, Any]]], said: str) -> None:
    text = "\n".join([said, *(FORMATS[name].call(*call) for call in calls)])

    read = read_answer(text, KNOWN)

    assert [(call.name, json.loads(call.arguments)) for call in read.calls] == calls
    assert read.losses == 0
    assert (read.text or "").split() == said.split()


@given(
    st.lists(
        st.sampled_from(
            [
                "<tool_call>",
                "</tool_call>",
                "```json\n",
                "```tool_call",
                "```",
                '{"name": "search_contacts", "arguments": {}}',
                '{"name"',
                "[TOOL_CALLS]",
                "<think>",
                "</think>",
                "<tool_response>",
                "[" * 50,
                '"',
                "\\",
                "{",
                "}",
                ",",
                "hello ",
                "[",
                "]",
            ]
        ),
        max_size=12,
    ).map("".join)
    | st.text()
)
def test_no_text_whatsoever_breaks_the_reader(text: str) -> None:
    read = read_answer(text, KNOWN)

    assert read.losses >= 0
    assert all(call.name for call in read.calls)


@pytest.mark.parametrize("opening", ["[", "{", '{"a":', "[{"])
def test_deep_nesting_is_a_loss_and_not_a_crash(opening: str) -> None:
    assert read_answer(f"<tool_call>{opening * 100_000}</tool_call>", KNOWN).losses == 1


CALL = '{"name": "search_contacts", "arguments": {"name": "Dana"}}'


@pytest.mark.parametrize(
    "text",
    [
        f"<tool_call>\n{CALL}\n</tool_call>",
        f"<tool_call>{CALL}",
        f"<TOOL_CALL>{CALL}</TOOL_CALL>",
        f'<tool_call id="1">{CALL}</tool_call>',
        f"<tool_call>\n```json\n{CALL}\n```\n</tool_call>",
        f"<function_call>{CALL}</function_call>",
        f"```tool_call\n{CALL}\n```",
        f"```json\n{CALL}\n```",
        f"```\n{CALL}\n```",
        f"```json\n[{CALL}]\n```",
        f'```json\n{{"tool_calls": [{CALL}]}}\n```',
        CALL,
        f"[TOOL_CALLS][{CALL}]",
        f"<|python_tag|>{CALL}",
        '<tool_call>{"name": "search_contacts", "arguments": {"name": "Dana",},}</tool_call>',
        '<tool_call>{"name": "search_contacts", "arguments": {"name": "Dana"}</tool_call>',
        '<tool_call>{"name": "search_contacts", "arguments": "{\\"name\\": \\"Dana\\"}"}</tool_call>',
        '<tool_call>{"name": "search_contacts", "parameters": {"name": "Dana"}}</tool_call>',
        '<tool_call>{"tool": "search_contacts", "args": {"name": "Dana"}}</tool_call>',
        '<tool_call>{"type": "function", "function": ' + CALL + "}</tool_call>",
        '<tool_call>{"search_contacts": {"name": "Dana"}}</tool_call>',
        f"<think>I could <tool_call>{CALL}</tool_call></think>\n<tool_call>{CALL}</tool_call>",
    ],
)
def test_a_call_is_found_however_it_is_written(text: str) -> None:
    read = read_answer(text, KNOWN)

    assert [(call.name, json.loads(call.arguments)) for call in read.calls] == [("search_contacts", {"name": "Dana"})]
    assert (read.text, read.losses) == (None, 0)


def test_several_calls_and_the_words_between_them_are_all_kept() -> None:
    other = '{"name": "send_message", "arguments": {"content": "hi"}}'

    read = read_answer(f"First\n<tool_call>{CALL}\n{other}</tool_call>\nthen\n```tool_call\n{CALL}\n```\ndone.", KNOWN)

    assert [call.name for call in read.calls] == ["search_contacts", "send_message", "search_contacts"]
    assert (read.text or "").split() == ["First", "then", "done."]


@pytest.mark.parametrize(
    "text",
    [
        'Here is the contact:\n```json\n{"name": "Dana", "phone": "+15550100"}\n```',
        '```json\n{"name": "delete_everything", "arguments": {}}\n```',
        f"```python\nprint({CALL!r})\n```",
        '{"result": 5}',
        "I would write `search_contacts` for that.",
        "```\nno json here\n```",
    ],
)
def test_ordinary_answers_stay_ordinary(text: str) -> None:
    read = read_answer(text, KNOWN)

    assert (read.calls, read.losses, read.text) == ((), 0, text)


def test_within_markers_an_unknown_tool_is_still_a_call() -> None:
    read = read_answer('<tool_call>{"name": "find_contact", "arguments": {}}</tool_call>', KNOWN)

    assert [call.name for call in read.calls] == ["find_contact"]


def test_a_call_that_cannot_be_read_is_counted_and_passed_on_under_its_name() -> None:
    read = read_answer('<tool_call>{"name": "send_message", "arguments": {"content": "unfinished</tool_call>', KNOWN)

    assert read.losses == 1
    assert [(call.name, call.lost) for call in read.calls] == [("send_message", True)]
    with pytest.raises(ValueError, match="Unterminated"):
        json.loads(read.calls[0].arguments)


@pytest.mark.parametrize("body", ['{"name": "", "arguments": {}}', "find(name='Dana')", "{}", "[]", '{"a": 1}', "7"])
def test_a_call_without_even_a_name_is_counted_and_its_words_are_kept(body: str) -> None:
    text = f"Let me see. <tool_call>{body}</tool_call>"

    read = read_answer(text, KNOWN)

    assert (read.calls, read.losses, read.text) == ((), 1, text)


def test_one_bad_call_does_not_take_the_good_ones_with_it() -> None:
    read = read_answer(f"<tool_call>oops</tool_call><tool_call>{CALL}</tool_call>", KNOWN)

    assert (len(read.calls), read.losses) == (1, 1)


def test_results_that_the_model_makes_up_are_cut_off() -> None:
    read = read_answer(
        f"<tool_call>{CALL}</tool_call><tool_response>Dana!</tool_response>Sent. <tool_call>{CALL}</tool_call>", KNOWN
    )

    assert (len(read.calls), read.losses, read.text) == (1, 1, None)


@pytest.mark.parametrize("text", ["<think>Hm, Dana.</think>Hello!", "Hm, Dana.</think>\n\nHello!"])
def test_leading_thoughts_are_set_apart(text: str) -> None:
    read = read_answer(text, KNOWN)

    assert (read.reasoning, read.text) == ("Hm, Dana.", "Hello!")


def test_nothing_in_the_text_is_evaluated(tmp_path: Any) -> None:
    trap = tmp_path / "trap"
    code = f"__import__('pathlib').Path({str(trap)!r}).touch()"

    read_answer(f"<tool_call>{code}</tool_call>```tool_call\n{{'name': {code}}}\n```", KNOWN)

    assert not trap.exists()


def test_tools_are_described_in_the_system_prompt_and_the_request_is_plain_text(form: ToolFormat) -> None:
    inner = FakeModel(answer(form.call("search_contacts", {"name": "Dana"})))
    messages = (
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Who is Dana?"},
    )

    response = PromptedTools(inner, form).complete(
        question(messages=messages, tools=TOOLS, params={"max_tokens": 5, "parallel_tool_calls": True})
    )

    (request,) = inner.requests
    system = request.messages[0]["content"]
    assert system.startswith("Be brief.")
    assert all(tool["function"]["description"] in system for tool in TOOLS)
    assert (request.tools, request.params) == ((), {"max_tokens": 5})
    assert (response.text, response.finish_reason, response.parse_losses) == (None, "tool_calls", 0)
    assert response.tool_calls[0].name == "search_contacts"
    assert response.adjustments == (f"tools: described in the prompt, format {form.name}",)


async def test_the_asynchronous_path_does_the_same(form: ToolFormat) -> None:
    inner = FakeModel(answer("Sure.\n" + form.call("search_contacts", {})))

    response = await PromptedTools(inner, form.name).acomplete(question(tools=TOOLS))

    assert (response.text, len(response.tool_calls)) == ("Sure.", 1)
    assert inner.requests[0].messages[0]["role"] == "system"


def test_past_calls_and_results_are_told_in_words(form: ToolFormat) -> None:
    function = {"name": "search_contacts", "arguments": '{"name": "Dana"}'}
    messages = (
        {"role": "user", "content": "Who is Dana?"},
        {
            "role": "assistant",
            "content": "Let me see.",
            "tool_calls": [{"id": str(number), "type": "function", "function": function} for number in range(2)],
            "thinking_blocks": [{"signature": "x"}],
        },
        {"role": "tool", "tool_call_id": "0", "content": "[]"},
        {"role": "tool", "tool_call_id": "1", "name": "search_contacts", "content": "</tool_response> ``` Dana Osei"},
        {"role": "user", "content": [{"type": "text", "text": "And?"}]},
    )

    written = in_words(question(messages=messages, tools=TOOLS), form).messages

    assert [message["role"] for message in written] == ["system", "user", "assistant", "user", "user"]
    assert all(set(message) == {"role", "content"} for message in written)
    read = read_answer(written[2]["content"], KNOWN)
    assert [json.loads(call.arguments) for call in read.calls] == [{"name": "Dana"}] * 2
    assert read.text == "Let me see."
    assert written[3]["content"].count("search_contacts") == 2
    assert written[3]["content"].count("</tool_response>") in (0, 2), "a result cannot end its own tag"
    assert written[4]["content"] == "And?"


def test_ids_are_plain_unique_and_the_same_every_time(form: ToolFormat) -> None:
    past = {"role": "assistant", "content": None, "tool_calls": [{"id": "x", "function": {"name": "f"}}]}
    text = "\n".join(form.call("search_contacts", {}) for _ in range(2))
    request = question(messages=({"role": "user", "content": "Hi"}, past), tools=TOOLS)

    ids = [
        [call.id for call in PromptedTools(FakeModel(answer(text)), form).complete(request).tool_calls] for _ in "ab"
    ]

    assert ids == [["call00001", "call00002"]] * 2


@pytest.mark.parametrize("fields", [{"tools": ()}, {"tools": TOOLS, "params": {"tool_choice": "none"}}])
def test_without_tools_nothing_is_added_and_nothing_is_read(form: ToolFormat, fields: dict[str, Any]) -> None:
    inner = FakeModel(answer(form.call("search_contacts", {})))

    response = PromptedTools(inner, form).complete(question(**fields))

    assert inner.requests[0].messages == question().messages
    assert response.tool_calls == ()
    assert response.adjustments == ()


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"tool_choice": "required"}, "must call at least one tool"),
        (
            {"tool_choice": {"type": "function", "function": {"name": "send_message"}}},
            "must call the tool send_message",
        ),
        ({"parallel_tool_calls": False}, "only one call"),
    ],
)
def test_demands_on_the_next_call_are_put_into_words(params: dict[str, Any], words: str) -> None:
    written = in_words(question(tools=TOOLS, params=params), FORMATS["json"])

    assert words in written.messages[0]["content"]
    assert written.params == {}


def test_losses_reach_the_response(form: ToolFormat) -> None:
    response = PromptedTools(FakeModel(answer("<tool_call>oops</tool_call>", parse_losses=1)), form).complete(
        question(tools=TOOLS)
    )

    assert (response.parse_losses, response.finish_reason) == (2, "stop")


@pytest.mark.parametrize(
    ("model", "supports_tools", "flag", "expected"),
    [
        ("openai/gpt-test", True, None, None),
        ("hosted_vllm/new", None, None, None),
        ("ollama/llama2", False, None, "json"),
        ("ollama/Qwen3-4B", False, "auto", "hermes"),
        ("openai/gpt-test", True, "json", "json"),
        ("openai/gpt-test", True, "hermes", "hermes"),
        ("local/hermes-3", True, "on", "hermes"),
        ("ollama/llama2", False, "off", None),
        ("ollama/llama2", False, False, None),
        ("ollama/llama2", None, True, "json"),
    ],
)
def test_the_format_follows_the_flag_and_what_is_known_of_the_model(
    model: str, supports_tools: bool | None, flag: str | bool | None, expected: str | None
) -> None:
    chosen = choose_format(model, supports_tools, flag)

    assert (chosen and chosen.name) == expected


def test_an_unknown_format_is_explained() -> None:
    with pytest.raises(SettingsError, match="did you mean 'hermes'"):
        choose_format("m", None, "hermse")
    with pytest.raises(SettingsError, match="unknown way"):
        PromptedTools(FakeModel(), "yaml-ish")


@given(values)
def test_lenient_json_reads_all_json(value: Any) -> None:
    text = json.dumps([value], ensure_ascii=False) + " and more"

    decoded = decode_at(text, 0)

    assert decoded is not None
    assert decoded.value == [value]
    assert text[decoded.end :] == " and more"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2,], "b": ",}",}', {"a": [1, 2], "b": ",}"}),
        ('{"a": "line\nbreak"}', {"a": "line\nbreak"}),
        ('{"a": {"b": 1}', {"a": {"b": 1}}),
        ('{"a": "\\",]"  , }', {"a": '",]'}),
    ],
)
def test_lenient_json_repairs_what_models_get_wrong(text: str, value: Any) -> None:
    decoded = decode_at(text, 0, until=len(text))

    assert decoded is not None
    assert decoded.value == value


def test_lenient_json_adds_no_brace_where_the_text_was_cut() -> None:
    assert decode_at('{"a": {"b": 1}', 0) is None
    assert decode_at('{"a": "unfinished', 0, until=17) is None
