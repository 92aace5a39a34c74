from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.language.checks import START

GOOD = writing.COMPLETE.strip()
TOLD = "said: I asked for a taxi., facts: {done: [sent, asked]}}"

# What is changed in a good file, in which line and at which key the error is, and what it says.
MISTAKES = [
    ("user:", "usr:", 2, "", "'usr' means nothing here; did you mean 'user'"),
    ("name: call_a_taxi", "name: call a taxi", 1, "name", "letters, digits and underscores"),
    ("name: call_a_taxi", "name: 12", 1, "name", "expected text; got 12, a whole number"),
    ("  user:\n", "  world: moon\n  user:\n", 2, "world", "there is no 'moon'"),
    ("  user:\n", "  world: cellular_of\n  user:\n", 2, "world", "did you mean 'cellular_off'"),
    ("  user:\n", "  categories: [state_dependence]\n  user:\n", 2, "categories", "did you mean 'state_dependency'"),
    ("  user:\n", "  tools: [send_mesage]\n  user:\n", 2, "tools", "there is no tool 'send_mesage'"),
    ("  user:\n", "  max_messages: 0\n  user:\n", 2, "max_messages", "at least 1"),
    ("  user:\n", "  tags: [2, b]\n  user:\n", 2, "tags[0]", "expected text; got 2"),
    ("    knows: You need a taxi.\n", "", 3, "user", "the key 'knows' is missing"),
    ("says: Text", "replys: hm\n    says: Text", 4, "user", "did you mean 'replies'"),
    (f"{{id: told, {TOLD}", "{id: told}", 7, "milestones[1]", "exactly one of called"),
    (TOLD, "said: Sure, requested: x}", 7, "milestones[1]", "list several checks under 'all'"),
    (TOLD, "say: Sure}", 7, "milestones[1]", "did you mean 'said'"),
    (
        TOLD,
        "said: Sure, match: near}",
        7,
        "milestones[1].match.content",
        "nothing is called 'near'",
    ),
    (TOLD, "said: Sure, since: sent}", 7, "milestones[1].since", "goes with added, updated"),
    (TOLD, "said: Sure, within: {a: 1}}", 7, "milestones[1].within.a", "the key 'a' means nothing"),
    (TOLD, "said: Sure, all: [{said: Never}]}", 7, "milestones[1].said", "stands beside 'all'"),
    ("{id: told, said", "{id: told, after: [snt], said", 7, "milestones[1].after", "did you mean 'sent'"),
    ("{id: told, said", "{id: sent, said", 7, "milestones[1].id", "stands twice"),
    ("{id: told, said", "{id: start, said", 7, "milestones[1].id", "is reserved"),
    (
        "{id: told, said",
        "{id: b, said: Hm, match: any}\n    - {id: told, after: [], said",
        8,
        "milestones[2].after",
        "never be judged",
    ),
    ("{id: sent, added", "{id: sent, after: [told], added", 6, "milestones[0].after", "goes in a circle"),
    ("{id: sent, added", "{id: sent, since: told, added", 6, "milestones[0].since", "does not surely come before"),
    ("{id: sent, added", "{id: sent, since: tld, added", 6, "milestones[0].since", "did you mean 'told'"),
    ("{messaging: {rec", "{mesaging: {rec", 6, "milestones[0].added.mesaging", "did you mean 'messaging'"),
    (
        "recipient_phone_number",
        "recipient_number",
        6,
        "milestones[0].added.messaging",
        "'recipient_number' means nothing",
    ),
    (
        "called: {send_message_with",
        "called: {send_msg_with",
        9,
        "minefields[0].called",
        "there is no tool 'send_msg_with",
    ),
    (
        '{phone_number: "+12065550100"}',
        '{number: "+12065550100"}',
        9,
        "minefields[0].called.send_message_with_phone_number.number",
        "has no argument 'number'; did you mean 'phone_number'",
    ),
    (
        'called: {send_message_with_phone_number: {phone_number: "+12065550100"}}',
        "said: You are welcome.",
        9,
        "minefields[0]",
        "almost any text is a little alike",
    ),
    ("    - say: I asked", "    - say: Where to?\n    - say: I asked", 1, "user.replies", "speaks 1 time(s) before"),
    ("- say: I asked for a taxi.", "- say: {text: a}", 12, "solution[1].say", "expected text; got a mapping"),
    (
        "content: I need a taxi}\n    - say",
        "content: {from: search_contacts}}\n    - say",
        11,
        "solution[0]",
        "has not been",
    ),
    ("content: I need a taxi}\n    - say", "content: {at: soon}}\n    - say", 11, "solution[0]", "not a point in time"),
    ("content: I need a taxi}\n    - say", "content: {world: nobody.name}}\n    - say", 11, "solution[0]", "'nobody'"),
    ("content: I need a taxi}\n    - say", "content: {world: priya.nam}}\n    - say", 11, "solution[0]", "'name'"),
    ("  user:\n", "  without: [send_message_with_phone_number]\n  user:\n", 12, "solution[0]", "does not offer it"),
]


@pytest.mark.parametrize(("good", "bad", "line", "key", "problem"), MISTAKES)
def test_every_mistake_is_one_clear_error(
    tmp_path: Path, good: str, bad: str, line: int, key: str, problem: str
) -> None:
    assert good in GOOD + "\n"
    with pytest.raises(ScenarioError) as caught:
        writing.scenarios(tmp_path, (GOOD + "\n").replace(good, bad, 1))
    message = str(caught.value)
    assert f"mine.yaml:{line}:" in message
    assert problem in message
    assert f"{key}" in message
    assert "\n" not in message


def test_the_entry_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"mine\.yaml:3: call_a_taxi: the key 'usr'"):
        writing.library(tmp_path, writing.COMPLETE.replace("user:", "usr:"))


def test_two_scenarios_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="the name stands twice; it is taken in"):
        writing.library(tmp_path, GOOD + "\n" + GOOD)


@pytest.mark.parametrize("text", ["just text", "scenario: []", "scenarios: 3", "- 1", "- [a]"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ScenarioError, match=r"expected|means nothing"):
        writing.library(tmp_path, text)


def test_a_variant_is_the_entry_with_other_words(tmp_path: Path) -> None:
    text = GOOD + "\n  variants:\n    - {name: call_a_taxi_alt, user: {says: taxi please}, tags: [short]}\n"
    first, second = writing.library(tmp_path, text).entries
    assert (second.name, second.user.says, second.tags) == ("call_a_taxi_alt", "taxi please", ("short",))
    assert second.user.knows == first.user.knows
    assert [node.id for node in second.milestones] == ["sent", "told"]


def test_a_mistake_in_a_variant_names_the_variant(tmp_path: Path) -> None:
    text = GOOD + "\n  variants:\n    - {name: alt, user: {sais: taxi please}}\n"
    with pytest.raises(ScenarioError, match=r"mine\.yaml:14: alt: user: the key 'sais'"):
        writing.library(tmp_path, text)


def test_what_is_left_out_has_the_usual_value(tmp_path: Path) -> None:
    (entry,) = writing.library(tmp_path).entries
    assert (entry.world, entry.categories, entry.tools, entry.max_messages) == ("base", (), (), 30)
    assert entry.milestones[0].checks[0].since == START
    assert entry.milestones[1].after is None
