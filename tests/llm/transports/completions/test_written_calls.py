"""Calls are read from text in whichever of the usual dialects a model writes them, typed as its tools want them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tool_sandbox.llm.transports.completions.written_calls import parameters_by_name, read_answer
from tool_sandbox.llm.transports.completions.written_calls.values import typed

PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "count": {"type": "integer"},
        "share": {"type": ["number", "null"]},
        "on": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "where": {"$ref": "#/$defs/Place"},
    },
}
TOOLS = {"set_wifi_status": PARAMETERS, "search_contacts": PARAMETERS}

Call = tuple[str, dict[str, Any]]


def text_of(value: Any) -> str:
    """An argument as dialects of tags write it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def qwen_coder(calls: list[Call]) -> str:
    return "\n".join(f"<tool_call>\n{bare_function([call])}\n</tool_call>" for call in calls)


def bare_function(calls: list[Call]) -> str:
    def one(name: str, arguments: dict[str, Any]) -> str:
        tags = "".join(f"<parameter={key}>\n{text_of(value)}\n</parameter>\n" for key, value in arguments.items())
        return f"<function={name}>\n{tags}</function>"

    return "\n".join(one(*call) for call in calls)


def llama_function(calls: list[Call]) -> str:
    return "".join(f"<function={name}>{json.dumps(arguments)}</function>" for name, arguments in calls)


def glm(calls: list[Call]) -> str:
    def one(name: str, arguments: dict[str, Any]) -> str:
        pairs = "".join(
            f"<arg_key>{key}</arg_key>\n<arg_value>{text_of(value)}</arg_value>\n" for key, value in arguments.items()
        )
        return f"<tool_call>{name}\n{pairs}</tool_call>"

    return "\n".join(one(*call) for call in calls)


def tight_glm(calls: list[Call]) -> str:
    return re.sub(r"(?<=>)\n(?=<)|(?<=\w)\n(?=</tool_call>|<arg_key>)", "", glm(calls))


def invoked(wrapper: str, prefix: str = "", typed_text: bool = False) -> Callable[[list[Call]], str]:
    def parameter(key: str, value: Any) -> str:
        kind = f' string="{str(isinstance(value, str)).lower()}"' if typed_text else ""
        return f'<{prefix}parameter name="{key}"{kind}>{text_of(value)}</{prefix}parameter>\n'

    def write(calls: list[Call]) -> str:
        invokes = "".join(
            f'<{prefix}invoke name="{name}">\n'
            + "".join(parameter(*pair) for pair in arguments.items())
            + f"</{prefix}invoke>\n"
            for name, arguments in calls
        )
        return f"<{prefix}{wrapper}>\n{invokes}</{prefix}{wrapper}>" if wrapper else invokes

    return write


def mistral(calls: list[Call]) -> str:
    return "".join(f"[TOOL_CALLS]{name}[ARGS]{json.dumps(arguments)}" for name, arguments in calls)


def mistral_with_ids(calls: list[Call]) -> str:
    return "".join(f"[TOOL_CALLS]{name}[CALL_ID]a1B2c3D4e[ARGS]{json.dumps(arguments)}" for name, arguments in calls)


def objects(calls: list[Call], key: str = "arguments") -> str:
    return json.dumps([{"name": name, key: arguments} for name, arguments in calls])


def deepseek_v3(calls: list[Call]) -> str:
    items = "\n".join(
        f"<｜tool▁call▁begin｜>function<｜tool▁sep｜>{name}\n```json\n{json.dumps(arguments)}\n```<｜tool▁call▁end｜>"
        for name, arguments in calls
    )
    return f"<｜tool▁calls▁begin｜>{items}<｜tool▁calls▁end｜>"


def deepseek_v31(calls: list[Call]) -> str:
    items = "".join(
        f"<｜tool▁call▁begin｜>{name}<｜tool▁sep｜>{json.dumps(arguments)}<｜tool▁call▁end｜>"
        for name, arguments in calls
    )
    return f"<｜tool▁calls▁begin｜>{items}<｜tool▁calls▁end｜>"


def kimi(calls: list[Call]) -> str:
    items = "".join(
        f"<|tool_call_begin|>functions.{name}:{number}<|tool_call_argument_begin|>{json.dumps(arguments)}<|tool_call_end|>"
        for number, (name, arguments) in enumerate(calls)
    )
    return f"<|tool_calls_section_begin|>{items}<|tool_calls_section_end|>"


def harmony(calls: list[Call]) -> str:
    return "".join(
        f"<|start|>assistant<|channel|>commentary to=functions.{name} <|constrain|>json<|message|>"
        f"{json.dumps(arguments)}<|call|>"
        for name, arguments in calls
    )


def bare_harmony(calls: list[Call]) -> str:
    return "".join(f"assistantcommentary to=functions.{name} json{json.dumps(arguments)}" for name, arguments in calls)


def python(calls: list[Call]) -> str:
    written = (
        f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})" for name, arguments in calls
    )
    return f"[{', '.join(written)}]"


DIALECTS: dict[str, Callable[[list[Call]], str]] = {
    "qwen coder": qwen_coder,
    "function tags": bare_function,
    "llama function": llama_function,
    "seed": lambda calls: f"<seed:tool_call>\n{bare_function(calls)}\n</seed:tool_call>",
    "glm": glm,
    "glm 4.7": tight_glm,
    "minimax": invoked("minimax:tool_call"),
    "anthropic": invoked("function_calls"),
    "anthropic, namespaced": invoked("function_calls", "antml:"),
    "invoke": invoked(""),
    "deepseek v3.2": invoked("function_calls", "｜DSML｜", typed_text=True),
    "mistral": mistral,
    "mistral with ids": mistral_with_ids,
    "mistral, older": lambda calls: f"[TOOL_CALLS] {objects(calls)}",
    "deepseek v3": deepseek_v3,
    "deepseek v3.1": deepseek_v31,
    "kimi": kimi,
    "harmony": harmony,
    "harmony without marks": bare_harmony,
    "python": python,
    "llama 4": lambda calls: f"<|python_start|>{python(calls)}<|python_end|>",
    "lfm": lambda calls: f"<|tool_call_start|>{python(calls)}<|tool_call_end|>",
    "llama 3": lambda calls: "<|python_tag|>" + "; ".join(objects([call], "parameters")[1:-1] for call in calls),
    "granite": lambda calls: f"<|tool_call|>{objects(calls)}",
    "phi": lambda calls: f"<|tool_call|>{objects(calls)}<|/tool_call|>",
    "command r": lambda calls: f"<|START_ACTION|>{objects(calls, 'parameters')}<|END_ACTION|>",
    "nemotron": lambda calls: f"<TOOLCALL>{objects(calls)}</TOOLCALL>",
    "jamba": lambda calls: f"<tool_calls>{objects(calls)}</tool_calls>",
    "functools": lambda calls: f"functools{objects(calls)}",
    "internlm": lambda calls: "".join(
        f"<|action_start|><|plugin|>\n{objects([call], 'parameters')[1:-1]}<|action_end|>" for call in calls
    ),
    "hermes in a fence": lambda calls: f"```xml\n<tool_call>{objects(calls)}</tool_call>\n```",
}

words = st.text(
    alphabet=st.characters(exclude_characters="<>`[]{}|｜◁▷\r", exclude_categories=["Cs", "Cc", "Zl", "Zp"])
)
plain = words.filter(lambda text: text == text.strip() and text not in ("", "None", "null"))
values = {
    "name": plain,
    "note": st.none() | plain.filter(lambda text: typed(text, PARAMETERS["properties"]["note"]) == text),
    "count": st.integers(-(10**9), 10**9),
    "share": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "on": st.booleans(),
    "tags": st.lists(plain, max_size=3),
    "where": st.dictionaries(plain, st.integers() | plain, max_size=2),
}
arguments = st.fixed_dictionaries({}, optional=values)
calls_made = st.lists(st.tuples(st.sampled_from(sorted(TOOLS)), arguments), min_size=1, max_size=3)
prose = words.map(str.strip).filter(lambda text: "functions." not in text and not text.endswith((")", ":", " ")))


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
@given(calls=calls_made, said=prose)
@example(calls=[("set_wifi_status", {})], said="")
@example(calls=[("search_contacts", {"name": "5", "count": 5, "on": False, "note": None})], said="I look.")
@example(calls=[("search_contacts", {"name": "line\nline  \n\n\tline"})], said="I look.")
@example(calls=[("search_contacts", {"name": "a \\d 'quoted' \"name\""})], said="I look.")
def test_calls_are_read_back_with_their_types_and_the_words_before_them(
    dialect: str, calls: list[Call], said: str
) -> None:
    text = f"{said}\n{DIALECTS[dialect](calls)}"
    read = read_answer(text, TOOLS)
    assert [(call.name, json.loads(call.arguments)) for call in read.calls] == calls, text
    assert ((read.text or "").split(), read.losses) == (said.split(), 0)


MARKS = sorted(
    {
        piece
        for write in DIALECTS.values()
        for piece in re.split(
            r"(\W+)", write([("set_wifi_status", {"on": False, "name": "x"}), ("search_contacts", {})])
        )
    }
    | {
        "`",
        "```",
        "</tool_call>",
        "<think>",
        "</think>",
        "Action: ",
        "\nAction Input: ",
        "<tool_response>",
        "to=functions.",
    }
)


@given(st.lists(st.sampled_from(MARKS), max_size=30).map("".join) | st.text())
def test_no_text_whatever_raises_or_makes_a_call_without_a_name(text: str) -> None:
    read = read_answer(text, TOOLS)
    assert read.losses >= sum(call.lost for call in read.calls)
    assert all(call.name for call in read.calls)
    assert all(
        call.lost or isinstance(json.loads(call.arguments), (dict, list)) or call.arguments for call in read.calls
    )


@given(calls=calls_made, cut=st.integers(1, 40), dialect=st.sampled_from(sorted(DIALECTS)))
def test_a_call_that_was_cut_off_is_counted_or_read_and_never_half_read(
    calls: list[Call], cut: int, dialect: str
) -> None:
    read = read_answer(DIALECTS[dialect](calls)[:-cut], TOOLS)
    for call in read.calls:
        assert call.lost or call.name in TOOLS or call.arguments == "{}"


@pytest.mark.parametrize(
    "hostile",
    [" " * 50_000, "\n" * 50_000, "<tool_call>" * 5_000, "<tool_call>" + " " * 50_000, "[TOOL_CALLS]" * 5_000]
    + ["```" * 5_000, "commentary" + " " * 50_000, "<function=f>" * 5_000, "[f(" * 5_000]
    + ['{"name": ' * 5_000, "{\n" * 20_000, "<tool_call>f\n<arg_key>" * 3_000, "<|channel|>" * 5_000]
    + ["<｜tool▁call▁begin｜>f" * 3_000, "assistant" * 5_000]
    + ["<function=f><parameter=a>" + " " * 50_000, "<think>" * 5_000, "</think>" * 500, "analysis" * 5_000]
    + [f"<tool_call>{'[' * depth}{']' * depth}</tool_call>" for depth in (500, 900, 5_000)]
    + [f'[TOOL_CALLS]f[ARGS]{{"a": {"[" * depth}{"]" * depth}}}' for depth in (500, 900, 5_000)]
    + [f"[search_contacts(name={'-' * depth}1)]" for depth in (500, 50_000)],
    ids=lambda text: f"{text[:12]!r}…{len(text)}",
)  # fmt: skip
def test_a_model_that_repeats_itself_holds_nobody_up(hostile: str) -> None:
    assert read_answer(hostile, TOOLS).losses >= 0


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("set_wifi_status(on=False)", "set_wifi_status", {"on": False}),
        ("print(default_api.set_wifi_status(on=False))", "set_wifi_status", {"on": False}),
        ("```tool_code\nprint(set_wifi_status(on=False))\n```", "set_wifi_status", {"on": False}),
        ("```python\n[set_wifi_status(on=False)]\n```", "set_wifi_status", {"on": False}),
        ("[set_wifi_status(on=false, note=null)]", "set_wifi_status", {"on": False, "note": None}),
        ("[search_contacts('Dana', count=-1)]", "search_contacts", {"name": "Dana", "count": -1}),
        ("[search_contacts(**{'name': 'Dana'})]", "search_contacts", {"name": "Dana"}),
        ("<tool_call>search_contacts(name='Dana')</tool_call>", "search_contacts", {"name": "Dana"}),
        ('search_contacts{"name": "Dana"}', "search_contacts", {"name": "Dana"}),
        ('Sure.\n{"name": "search_contacts", "arguments": {"name": "Dana"}}', "search_contacts", {"name": "Dana"}),
        ("<function=search_contacts><parameter=name>Dana", "search_contacts", None),
        ("<function=search_contacts>\n<parameter=name>\nDana\n<parameter=count>\n5\n</function>", "search_contacts",
         {"name": "Dana", "count": 5}),
        ('<tool_call><name>search_contacts</name><arguments>{"name": "Dana"}</arguments></tool_call>',
         "search_contacts", {"name": "Dana"}),
        ("<|start|>assistant to=functions.search_contacts<|channel|>commentary json<|message|>{}<|call|>",
         "search_contacts", {}),
        ("[search_contacts(name=open('/etc/passwd'))]", "search_contacts", None),
        ('[TOOL_CALLS]search_contacts[ARGS]{"name": ', "search_contacts", None),
    ],
)  # fmt: skip
def test_forms_of_single_models_are_read(text: str, name: str, arguments: dict[str, Any] | None) -> None:
    (call,) = read_answer(text, TOOLS).calls
    assert (call.name, None if call.lost else json.loads(call.arguments)) == (name, arguments)


@pytest.mark.parametrize(
    "text",
    [
        "Use `<tool_call>` for that.",
        'Models write "[TOOL_CALLS]" first.',
        "[search_contacts] is a tool.",
        "[delete_everything(now=True)]",
        "I would call search_contacts(name='Dana') for that.",
        "```python\nsearch_contacts(name='Dana')\n```",
        "```html\n<b>Dana</b>\n```\nThat is all.",
        "Is it [on (or off)]?",
        '{"city": "Paris"}',
        "Functions are called to=order.",
    ],
)
def test_what_only_looks_like_a_call_stays_text(text: str) -> None:
    read = read_answer(text, TOOLS)
    assert (read.calls, read.losses, read.text) == ((), 0, text)


@pytest.mark.parametrize(
    "text",
    [
        "<start_function_call>call:search_contacts{name:Dana}<end_function_call>",
        "Action: search_contacts\nAction Input: Dana",
        "<|tool_call_v9|>search_contacts",
        "<tool_call>well</tool_call>",
        "[TOOL_CALLS]",
    ],
)
def test_raw_calls_that_nobody_can_read_are_counted_and_stay(text: str) -> None:
    read = read_answer(f"Let me see. {text}" if "Action" not in text else text, TOOLS)
    assert (read.calls, read.losses) == ((), 1)
    assert text in (read.text or "")


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("5", {"type": "integer"}, 5),
        ("5.0", {"type": "integer"}, 5.0),
        ("5.5", {"type": "integer"}, "5.5"),
        ("five", {"type": "integer"}, "five"),
        ("5", {"type": "string"}, "5"),
        ("5", {}, "5"),
        ("5", None, "5"),
        ("true", {"type": "boolean"}, True),
        ("False", {"type": "boolean"}, False),
        ("1", {"type": "boolean"}, "1"),
        ("None", {"anyOf": [{"type": "string"}, {"type": "null"}]}, None),
        ("null", {"type": ["string", "null"]}, None),
        ("[1, 2]", {"type": "array"}, [1, 2]),
        ('{"a": 1}', {"$ref": "#/$defs/A"}, {"a": 1}),
        ("2", {"enum": [1, 2]}, 2),
        ("on", {"enum": ["on", "off"]}, "on"),
        ("1e400", {"type": "number"}, float("inf")),
        ("9" * 5000, {"type": "integer"}, "9" * 5000),
    ],
)
def test_text_gets_the_type_that_the_tool_wants(text: str, schema: Any, value: Any) -> None:
    result = typed(text, schema)
    assert (result, type(result)) == (value, type(value))


def test_the_parameters_of_tools_are_found_by_name() -> None:
    tools: list[dict[str, Any]] = [
        {"type": "function", "function": {"name": "f", "parameters": PARAMETERS}},
        {"name": "g"},
    ]
    assert parameters_by_name(tools) == {"f": PARAMETERS, "g": {}}
