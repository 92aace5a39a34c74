"""How a solution ends: with words of its own, or with the sentence by which the last answer is judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios import writing
from tool_sandbox.common.script import Script
from tool_sandbox.errors import ScenarioError
from tool_sandbox.runs.digests import digest_of

OWN = "    - say: I asked for a taxi.\n"
SHORT = writing.COMPLETE.replace(OWN, "")
TOLD = "said: I asked for a taxi., facts: {done: [sent, asked]}"
ASKED = "{id: asked, said: Where to?, facts: {asked: where}}"
SEND = "send_message_with_phone_number"
STEP = '- send_message_with_phone_number: {phone_number: "+12065550199", content: I need a taxi}\n'


def script(folder: Path, text: str) -> Script:
    found = writing.scenario(folder, text).script
    assert found is not None
    return found


def test_a_solution_that_ends_with_a_call_ends_with_the_sentence_of_the_last_said(tmp_path: Path) -> None:
    written, short = (writing.scenario(tmp_path, text) for text in (writing.COMPLETE, SHORT))
    assert short.script == written.script
    assert short.categories == written.categories
    assert digest_of(short) == digest_of(written) != ""


def test_words_of_its_own_go_before_that_sentence(tmp_path: Path) -> None:
    text = writing.COMPLETE.replace(OWN, "    - say: Your taxi is on its way.\n")
    assert script(tmp_path, text).last_words() == "Your taxi is on its way."


def test_the_sentence_may_be_one_of_several_checks(tmp_path: Path) -> None:
    text = SHORT.replace(TOLD, f"all: [{{{TOLD}}}, {{state: {{setting: {{wifi: true}}}}}}]")
    assert script(tmp_path, text).last_words() == "I asked for a taxi."


def test_a_variant_that_is_judged_by_another_sentence_ends_with_it(tmp_path: Path) -> None:
    variant = "{name: short, milestones: [{id: told, said: Sent., facts: {words: sent}}]}"
    long, short = writing.scenarios(tmp_path, f"{SHORT}  variants: [{variant}]\n").values()
    assert [one.script and one.script.last_words() for one in (long, short)] == ["I asked for a taxi.", "Sent."]


@pytest.mark.parametrize("also", [f"[{SEND}]", f"[[{SEND}], [{SEND}, say: Done.]]"])
def test_other_solutions_end_like_it(tmp_path: Path, also: str) -> None:
    endings = [Script(steps).last_words() for steps in script(tmp_path, f"{SHORT}  also: {also}\n").also]
    assert endings == ["I asked for a taxi.", "Done."][: len(endings)]


def test_questions_need_replies_and_last_words_that_are_left_out_do_not(tmp_path: Path) -> None:
    asking = SHORT.replace("  milestones:\n", f"    replies: [Home]\n  milestones:\n    - {ASKED}\n")
    asking = asking.replace(STEP, f"- say: Where to?\n    {STEP}")
    assert script(tmp_path, asking).user_texts() == ("Home",)
    with pytest.raises(ScenarioError, match=r"speaks 1 time\(s\) before its last words, so the user needs as many"):
        writing.scenario(tmp_path, asking.replace("    replies: [Home]\n", ""))


def test_an_end_that_counts_whatever_led_there_takes_the_same_sentence(tmp_path: Path) -> None:
    found = '{id: found, called: {search_contacts: {name: "Wanda"}}}'
    end = '  outcome: [{said: "That is {name}.", using: {from: found, take: {name: 0.name}}}]\n'
    text = f"{SHORT}{end}".replace("    - {id: told", f"    - {found}\n    - {{id: told")
    text = text.replace(STEP, f"{STEP}    - search_contacts: {{name: Wanda}}\n")
    written, short = (writing.scenario(tmp_path, one) for one in (text.replace(end, f"{OWN}{end}"), text))
    assert len(short.evaluation.outcome.told[0] if short.evaluation.outcome else ()) == 2
    assert digest_of(short) == digest_of(written) != ""


@pytest.mark.parametrize(
    ("told", "steps", "message"),
    [
        ("called: send_message_with_phone_number", "", "no milestone has a 'said' from which to take it."),
        (
            'said: "To {who}.", using: {from: sent, take: {who: ""}}',
            "",
            "'To {who}.', the last 'said', has values to be filled in.",
        ),
        (TOLD, OWN, "'I asked for a taxi.', the last 'said', is said before."),
    ],
)
def test_a_solution_without_any_last_words_is_refused(tmp_path: Path, told: str, steps: str, message: str) -> None:
    text = SHORT.replace(TOLD, told).replace(f"    {STEP}", f"{steps}    {STEP}")
    with pytest.raises(ScenarioError) as caught:
        writing.scenario(tmp_path, text)
    start, reason = str(caught.value).rsplit(": the user waits for an answer, and ", 1)
    assert start.endswith("mine.yaml:11: call_a_taxi: solution: the last step must be a 'say'")
    assert reason == message
