"""What goes wrong with a tool, as it is written."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.scenarios import playing, writing
from tool_sandbox.common.trouble import TroubleKind
from tool_sandbox.errors import ScenarioError
from tool_sandbox.evaluation.explanation.explain import explain
from tool_sandbox.evaluation.explanation.remarks import annotated
from tool_sandbox.runs.check import check_scenarios
from tool_sandbox.runs.digests import digest_of

SEND = "send_message_with_phone_number"
CALL = (SEND, {"phone_number": "+12065550199", "content": "I need a taxi"})


def with_trouble(trouble: str, solution: str = "") -> str:
    text = writing.COMPLETE.replace("  milestones:", f"  trouble: {trouble}\n  milestones:", 1)
    return text.replace("  solution:\n", f"  solution:\n{solution}", 1)


TWICE = f'    - {SEND}: {{phone_number: "+12065550199", content: I need a taxi}}\n'


@pytest.mark.parametrize(
    ("written", "kind", "times", "amount"),
    [
        ("fail once", TroubleKind.FAIL, 1, 0),
        ("fail", TroubleKind.FAIL, math.inf, 0),
        ("lost  twice", TroubleKind.LOST, 2, 0),
        ("slow 40 seconds", TroubleKind.SLOW, math.inf, 40),
        ("slow 2 hours 3 times", TroubleKind.SLOW, 3, 7200),
        ("partial 2 once", TroubleKind.PARTIAL, 1, 2),
        ("contradict always", TroubleKind.CONTRADICT, math.inf, 0),
        ("stale once", TroubleKind.STALE, 1, 0),
    ],
)
def test_a_trouble_says_what_and_how_often(
    tmp_path: Path, written: str, kind: TroubleKind, times: float, amount: float
) -> None:
    scenario = writing.scenario(tmp_path, with_trouble(f"{{{SEND}: {written}}}"))
    (trouble,) = scenario.starting_context.troubles.plans[SEND]
    assert (trouble.kind, trouble.times, trouble.amount) == (kind, times, amount)
    assert trouble.text == " ".join(written.split())


def test_a_stale_call_may_see_another_world(tmp_path: Path) -> None:
    scenario = writing.scenario(tmp_path, with_trouble(f"{{{SEND}: [work once, stale as two_danas once]}}"))
    _, trouble = scenario.starting_context.troubles.plans[SEND]
    assert trouble.earlier is not None
    assert "Dana Osei" in [row["name"] for row in trouble.earlier["CONTACT"]]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            f"{{{SEND}: fial once}}",
            "trouble.send_message_with_phone_number: there is no trouble 'fial'; did you mean 'fail' or 'partial'?",
        ),
        (f"{{{SEND}: fail often}}", "'often' in 'fail often' cannot be understood; expected 'work', 'fail', 'lost'"),
        (f"{{{SEND}: slow}}", "'slow' does not say how slow; expected a duration, such as 'slow 40 seconds'"),
        (f"{{{SEND}: slow 3 furlongs}}", "'slow 3 furlongs' does not say how slow"),
        (f"{{{SEND}: partial}}", "'partial' does not say how many rows arrive"),
        (f"{{{SEND}: stale as two_danes}}", "there is no world 'two_danes'; did you mean 'two_danas"),
        (f"{{{SEND}: fail 0 times}}", "'fail 0 times' never happens; leave it out."),
        (f"{{{SEND}: [fail, slow 5 minutes]}}", "'fail' has no end, so what follows never happens; add 'once'."),
        (f"{{{SEND}: [fail once, work]}}", "whatever no trouble is written for works; leave the last 'work' out."),
        (f"{{{SEND}: []}}", f"trouble.{SEND}: expected a list of at least one."),
        (f"{{{SEND}: 3}}", "got 3, a whole number."),
        ("{send_message: fail once}", f"there is no tool 'send_message'; did you mean 'search_messages' or '{SEND}'"),
        ("{search_contacts: fail once}", "trouble.search_contacts: 'search_contacts' is not needed here;"),
        ("[fail once]", "trouble: expected a mapping"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(tmp_path: Path, written: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        writing.scenarios(tmp_path, with_trouble(written))
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path}/mine.yaml:6: call_a_taxi: ")


def test_a_trouble_is_told_beside_the_answer_and_is_no_mistake_of_the_agent(tmp_path: Path) -> None:
    scenario = writing.scenario(tmp_path, with_trouble(f"{{{SEND}: fail once}}", TWICE))
    world = playing.played(scenario, CALL, CALL, "I asked for a taxi.")
    explanation = explain(scenario, world)
    assert explanation.score == 1
    told = {message: [span.text for span in spans] for message, spans in annotated(explanation).beside.items()}
    assert [texts[0] for texts in told.values() if texts[0].startswith("~")] == [f"~ {SEND}: fail once"]
    assert explanation.mistakes == {}
    assert f"  trouble: [{next(iter(explanation.troubles))}] {SEND}: fail once" in explanation.lines()


def test_calls_that_go_out_together_have_the_trouble_beside_their_own_answers(tmp_path: Path) -> None:
    scenario = writing.scenario(tmp_path, with_trouble(f"{{{SEND}: [work once, fail once]}}", TWICE))
    other = (SEND, {**CALL[1], "content": "I need a taxi, please"})
    world = playing.played(scenario, [CALL, other, (SEND, {**CALL[1], "content": "Hurry"})], "I asked for a taxi.")
    failed = {row["sandbox_message_index"] for row in world.log() if row["tool_call_exception"]}
    struck = {index for index, notes in world.annotations.items() if "trouble" in notes}
    assert struck == failed
    assert len(world.rows("MESSAGING")) == 5 + 2


def test_a_trouble_that_no_solution_meets_is_found(tmp_path: Path) -> None:
    text = with_trouble(f"{{{SEND}: [fail once, slow 5 minutes once]}}", TWICE)
    assert check_scenarios(writing.scenarios(tmp_path, text)).passed
    text = with_trouble(f"{{{SEND}: [fail once, work once, slow 5 minutes once]}}", TWICE)
    (problem,) = check_scenarios(writing.scenarios(tmp_path, text)).problems
    assert problem.check == "trouble"
    assert problem.message.startswith(f"'slow 5 minutes once' of '{SEND}' happens in no solution")


def test_another_trouble_is_another_scenario(tmp_path: Path) -> None:
    texts = (writing.COMPLETE, with_trouble(f"{{{SEND}: fail once}}"), with_trouble(f"{{{SEND}: fail twice}}"))
    assert len({digest_of(writing.scenario(tmp_path, text)) for text in texts}) == 3


def test_a_variant_may_have_its_own(tmp_path: Path) -> None:
    text = with_trouble(f"{{{SEND}: fail once}}", TWICE)
    text += f"  variants: [{{name: slowly, trouble: {{{SEND}: slow 5 minutes}}}}]\n"
    plain, slowly = writing.scenarios(tmp_path, text).values()
    assert [list(each.starting_context.troubles.lines()) for each in (plain, slowly)] == [
        [f"{SEND}: fail once"],
        [f"{SEND}: slow 5 minutes"],
    ]
