"""Thoughts that a model writes into its text are told from what it says, however its server left them there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.llm.fakes import FakeModel, answer, question
from tests.llm.loopback import Answer, chunks, completion, serving
from tool_sandbox.llm.layers.prompted_tools.layer import PromptedTools
from tool_sandbox.llm.transports.completions.completion import read_completion
from tool_sandbox.llm.transports.completions.thoughts import without_thoughts
from tool_sandbox.llm.transports.direct import DirectTransport
from tool_sandbox.llm.transports.negotiation.limits import room_for_an_answer

MARKS = [
    ("<think>", "</think>"),
    ("<think>\n", "\n</think>\n\n"),
    ("<Thinking>", "</Thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("<thought>", "</thought>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|><|begin_of_solution|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("<unused94>thought\n", "<unused95>"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
]
CLOSED_ONLY = [closing for opening, closing in MARKS if not opening.startswith("<|channel|>")]


@pytest.mark.parametrize(("opening", "closing"), MARKS)
def test_thoughts_between_marks_are_not_said(opening: str, closing: str) -> None:
    spoken = without_thoughts(f"{opening}Hm, Wi-Fi.{closing}It is off.")
    assert (spoken.text, spoken.thoughts) == ("It is off.", "Hm, Wi-Fi.")


@pytest.mark.parametrize("closing", CLOSED_ONLY)
def test_thoughts_whose_opening_mark_was_in_the_prompt_are_not_said(closing: str) -> None:
    spoken = without_thoughts(f"Hm, Wi-Fi.\n{closing}It is off.")
    assert (spoken.text, spoken.thoughts) == ("It is off.", "Hm, Wi-Fi.")


@pytest.mark.parametrize("opening", [opening for opening, _ in MARKS])
def test_thoughts_cut_by_the_token_limit_are_not_said(opening: str) -> None:
    spoken = without_thoughts(f"\n{opening}Hm, Wi-Fi. I should")
    assert (spoken.text, spoken.thoughts) == ("", "Hm, Wi-Fi. I should")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The user wants it off…</think>\n\n", ""),
        ("<think></think>\n\nYes.", "Yes."),
        ("<think>a</think>\n<think>b</think>\nc", "c"),
        ("Sure.\n<think>\nhm\n</think>\nIt is off.", "Sure.\n\nIt is off."),
        ("<think>I must not write `</think>` yet.</think>Yes.", "Yes."),
        ("<think>The code:\n```\nx = 1\n</think>\nYes.", "Yes."),
        ("First ```py\nx = 1\n``` and then.\n</think>\n\nYes.", "Yes."),
        ("analysisWe need the tool.assistantfinalIt is off.", "It is off."),
        ("<|start|>assistant<|channel|>final<|message|>It is off.<|return|>", "It is off."),
        ("Here is my thought process: hm. Here is my response: It is off.", "It is off."),
    ],
)
def test_odd_thoughts_are_not_said_either(text: str, said: str) -> None:
    assert without_thoughts(text).text == said


@pytest.mark.parametrize(
    "text",
    [
        "Write <think>x</think> there.",
        "The <think> tag opens thoughts.",
        "The </think> tag ends thoughts.",
        "The `</think>` tag ends thoughts.",
        'Stop at "</think>", it says.',
        "Use `<think>hm</think>` for that.",
        "Like this:\n```\n<think>\nhm\n</think>\n```\nSee?",
        "Models write\n<think>\nbefore they answer.",
        "I think it is off. [Think] about it.",
        "My analysis is final.",
    ],
)
def test_a_text_about_thoughts_stays_whole(text: str) -> None:
    spoken = without_thoughts(text)
    assert (spoken.text, spoken.thoughts) == (text, None)


PIECES = [*(mark for pair in MARKS for mark in pair), "```", "`", "\n", " ", "hm", '"']


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text())
def test_whatever_the_text_no_thoughts_are_left_in_what_is_said(text: str) -> None:
    spoken = without_thoughts(text)
    assert without_thoughts(spoken.text).text == spoken.text
    assert len(spoken.text) <= len(text)


@pytest.mark.parametrize("text", ["<think>Hm, I should", "[THINK]Hm, I should"])
def test_an_answer_of_cut_thoughts_gets_more_room(text: str) -> None:
    response = read_completion(completion(text, finish_reason="length"), provider="p", model="m")
    change = room_for_an_answer(response, {"max_tokens": 1024})
    assert change is not None
    assert change.new_value > 1024


@pytest.mark.parametrize("stream", [False, True])
async def test_thoughts_cut_short_are_asked_for_again_and_the_answer_arrives(stream: bool) -> None:
    pieces = [{"content": piece} for piece in ("<th", "ink>Hm, I sh", "ould")]
    cut = (
        Answer(stream=chunks(*pieces, finish="length"))
        if stream
        else Answer(completion("<think>Hm, I should", finish_reason="length"))
    )
    whole = [{"content": piece} for piece in ("Hm, off then.\n</th", "ink>\n\nIt is off.")]
    said = Answer(stream=chunks(*whole)) if stream else Answer(completion("".join(one["content"] for one in whole)))
    with serving() as server:
        server.says(cut, said)
        transport = DirectTransport({"api_base": server.base})
        response = await transport.acomplete(question(params={"max_tokens": 1024}, stream=stream))
        await transport.aclose()
    assert (response.text, response.provider_fields["reasoning_content"]) == ("It is off.", "Hm, off then.")
    assert server.requests[1]["max_tokens"] > 1024


def test_thoughts_are_not_read_for_calls() -> None:
    text = '<tool_call>{"name": "f", "arguments": {}}</tool_call>'
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    response = PromptedTools(FakeModel(answer(f"I could {text}\n</think>\n{text}")), "hermes").complete(
        question(tools=(tool,))
    )
    assert len(response.tool_calls) == 1
    assert response.text is None


@pytest.mark.parametrize(
    ("content", "reasoning", "text", "thoughts"),
    [
        ("It is off.", "It is off.", "It is off.", None),  # a server that fills both fields
        (None, "Hm.\n</think>\n\nIt is off.", "It is off.", "Hm."),  # a parser that did not see the end
        ("", "<think>Hm.</think>It is off.", "It is off.", "Hm."),
        (None, "It is off.", None, "It is off."),  # nothing tells an answer from thoughts
        (None, "Hm. `</think>` ends it.", None, "Hm. `</think>` ends it."),
        ("\n\nIt is off.", "Hm.", "It is off.", "Hm."),
        ("<think>Hm.</think>It is off.", "Hm.", "It is off.", "Hm."),
    ],
)
def test_thoughts_and_answer_are_told_apart_when_the_servers_parser_mixed_them_up(
    content: str | None, reasoning: str, text: str | None, thoughts: str | None
) -> None:
    data = completion(content, message={"reasoning_content": reasoning})
    response = read_completion(data, provider="p", model="m")
    assert (response.text, response.provider_fields.get("reasoning_content")) == (text, thoughts)
