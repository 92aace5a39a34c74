"""What is said about facts, answers and solutions that are not written as they should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tool_sandbox.common.evaluation import column_rouge_l_similarity
from tool_sandbox.errors import ScenarioError

TOLD = "{id: told, said: I asked for a taxi., facts: {done: [sent, asked]}}"
CONTENT = "content: I need a taxi}}, match: exact}"
SAYS = "  milestones:\n"


def refusal(folder: Path, good: str, bad: str) -> str:
    assert good in writing.COMPLETE
    with pytest.raises(ScenarioError) as caught:
        writing.scenarios(folder, writing.COMPLETE.replace(good, bad, 1))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("{all: [{said: Sent., facts: []}, {state: {setting: {wifi: true}}}]}", "milestones[1].all[0].facts: what"),
        ("{said: Sent., never: [late]}", "what makes an answer right? Add 'facts'"),
        ("{said: Sent., match: similar}", "match: 'similar' is called 'likeness' now."),
        ("{said: Sent., match: exact, facts: sent}", "match: 'match' compares the wording and 'facts' what is said"),
        ("{called: search_contacts, facts: sent}", "'facts' says what a good answer contains; it goes with 'said'"),
        ("{state: {setting: {wifi: true}}, never: sent}", "never: 'never' says what no good answer says; it goes with"),
        ("{said: Sent., facts: sent, gave: {a: 1}}", "gave: 'gave' says what the result was; it goes with 'called'"),
        ("{requested: search_contacts, gave: {a: 1}}", "it goes with 'called', not 'requested'"),
        ("{called: search_contacts, gave: 5}", "expected {path: value} of the result, such as {days: 268}; got 5"),
        ("{called: search_contacts, gave: {}}", "expected {path: value} of the result"),
        ("{called: search_contacts, gave: {a: 1}, within: {b: 1}}", "within.b: the key 'b' means nothing here"),
        ("{called: search_contacts, gave: {a: 1}, within: {a: 1%}}", "within.a: a share such as 1% is a tolerance for"),
        ("{requested: search_contacts, within: {a: 1}}", "'within' is a tolerance for numbers; 'requested' has none."),
        ("{said: Sent., facts: []}", "what makes an answer right? Add 'facts'"),
        ("{said: Sent., facts: [[]]}", "expected a text, a list of alternatives or a mapping such as {off: wi-fi}"),
        ("{said: Sent., facts: [5]}", "facts[0]: expected a text, a list of alternatives or a mapping"),
        ("{said: Sent., facts: [' ']}", "expected a text, a list of alternatives or a mapping such as {off: wi-fi}"),
        ("{said: Sent., facts: [{}]}", "a fact has exactly one of on, off, done"),
        ("{said: Sent., facts: {of: wifi}}", "facts: the key 'of' means nothing here; did you mean 'off'"),
        ("{said: Sent., facts: {'off': wifi, 'on': wifi}}", "a fact has exactly one of on, off, done, not_done"),
        ("{said: Sent., facts: {number: 8, units: mile}}", "did you mean 'unit'"),
        ("{said: Sent., facts: {number: many}}", "facts.number: expected a number; got 'many'"),
        ("{said: Sent., facts: {money: 5, unit: mile}}", "unit: 'unit' goes with number, not with 'money'"),
        ("{said: Sent., facts: {number: 5, currency: EUR}}", "currency: 'currency' goes with money, not with 'number'"),
        ("{said: Sent., facts: {done: sent, within: 1}}", "within: 'within' goes with number or money or duration"),
        ("{said: Sent., facts: {number: 5, within: near}}", "A tolerance can also be a number, a share such as '1%'"),
        ("{said: Sent., facts: {number: 5, unit: wombat}}", "wombat"),
        ("{said: Sent., facts: {money: 5, currency: Zlotki}}", "Zlotki"),
        ("{said: Sent., facts: {phone: call me}}", "call me"),
        ("{said: Sent., facts: {time: sometime}}", "'sometime' is not a time; write it like '18:15'"),
        ("{said: Sent., facts: {date: doomsday}}", "'doomsday' is not a date; write it like"),
        ("{said: Sent., facts: {at: someday}}", "someday"),
        ("{said: Sent., facts: {duration: long}}", "'long' is not a duration"),
        ("{said: Sent., facts: ['...']}", "has no word; a fact is what an answer says"),
        ("{said: Sent., facts: sent, within: {b: 1}}", "within.b: the key 'b' means nothing here"),
    ],
)  # fmt: skip
def test_a_fact_that_cannot_be_meant_is_refused_with_what_to_write(tmp_path: Path, told: str, message: str) -> None:
    found = refusal(tmp_path, TOLD, told)
    assert message in found
    assert "mine.yaml:8:" in found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("content: {text: I need a taxi}}}}", "content: the key 'facts' is missing"),
        ("content: {facts: []}}}}", "content.facts: without a fact any text would do"),
        ("content: {facts: taxi, nver: bus}}}}", "did you mean 'never'"),
        ("content: {facts: {nubmer: 5}}}}}", "did you mean 'number'"),
    ],
)
def test_a_composed_text_needs_facts_that_can_be_meant(tmp_path: Path, content: str, message: str) -> None:
    found = refusal(tmp_path, CONTENT, content)
    assert message in found
    assert "mine.yaml:7:" in found


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("scoring: strict", "scoring: nothing is called 'strict' here; expected one of facts, original"),
        ("outcome: [{sad: Done.}]", "did you mean 'said'"),
        ("outcome: [{id: a, said: Done., match: any}]", "outcome[0]"),
        ("wordings: {good: [Sent.]}", "wordings"),
        ("wordings: {wrong: [5]}", "wordings.wrong"),
        ("wordings: {wrong: [{says: No., at_most: 2}]}", "at_most"),
        ("wordings: {wrong: [{at_most: 0.5}]}", "says"),
        ("also: [[]]", "also[0]: the last step must be a 'say'"),
        ("also: [search_contact]", "did you mean 'search_contacts'"),
        ("also: [[search_contact, say: Sent.]]", "did you mean 'search_contacts'"),
        ("also: [[say: Where to?, say: Sent.]]", "the solution speaks 1 time(s) before its last words"),
    ],
)
def test_new_keys_of_an_entry_are_read_as_strictly_as_the_others(tmp_path: Path, keys: str, message: str) -> None:
    assert message in refusal(tmp_path, SAYS, f"  {keys}\n{SAYS}")


@pytest.mark.parametrize("scoring", ["", "  scoring: original\n"])
def test_sentences_and_texts_without_facts_are_compared_by_their_wording(tmp_path: Path, scoring: str) -> None:
    text = writing.COMPLETE.replace(TOLD, "{id: told, said: Sent.}").replace(CONTENT, "content: I need a taxi}}}")
    scenario = writing.scenario(tmp_path, text.replace(SAYS, f"{scoring}{SAYS}"))
    sent, told = (node.snapshot_constraints[0] for node in scenario.evaluation.milestone_matcher.milestones)
    assert (sent.column_similarity_measure or {})["content"] is column_rouge_l_similarity
    assert (told.column_similarity_measure or {})["content"] is column_rouge_l_similarity


@pytest.mark.parametrize(
    "written",
    [
        "late",
        "[late, [running behind, delayed]]",
        "{'off': wi-fi}",
        "[{'on': location}, {done: sent}, {not_done: call}]",
        "[{number: 8.05, unit: km, within: 1%}, {number: 4}, {money: 230, currency: EUR}]",
        "[{time: '18:15'}, {date: '2026-05-24'}, {date: friday}, {at: tomorrow 17:30}, {duration: 2 hours}]",
        "[{person: Wanda Ekström}, {person: [Wanda Ekström, my friend]}, {place: [Corner Shop, the shop]}]",
        "[{phone: '+12065550139'}, {asked: which Dana}, {cannot: [look up, find number]}, {words: [sold out, gone]}]",
    ],
)
def test_every_kind_of_fact_can_be_written(tmp_path: Path, written: str) -> None:
    for key in ("facts", "never"):
        facts = f"facts: {written}" if key == "facts" else f"facts: late, never: {written}"
        writing.scenario(tmp_path, writing.COMPLETE.replace(TOLD, f"{{id: told, said: Sent., {facts}}}"))
    content = f"content: {{facts: {written}}}}}}}}}"
    writing.scenario(tmp_path, writing.COMPLETE.replace(CONTENT, content))
