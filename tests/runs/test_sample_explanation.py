from __future__ import annotations

from typing import Any

import pytest

from tool_sandbox.evaluation.explanation.explanation import Explanation
from tool_sandbox.evaluation.explanation.parts import Party, Reason
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.sample_explanation import explanation_of, first_loss

MET = {"id": "found", "similarity": 1.0, "credit": 1.0, "message": 17, "reason": None, "where": None, "text": None}
LOST = {
    "id": "sent",
    "similarity": 0.0,
    "credit": 0.0,
    "message": None,
    "reason": "rows",
    "where": "messaging",
    "text": "no row was added to messaging",
    "fault": "user",
}
HIT = {
    "id": "wrong_dana",
    "similarity": 1.0,
    "credit": 0.0,
    "message": 21,
    "reason": "forbidden",
    "where": "wrong_dana",
    "text": "Dana Whitlock is the neighbour.",
}


def result(**values: Any) -> SampleResult:
    return SampleResult(**{"name": "a", "trial": 2, "status": "scored", "similarity": 0.5, **values})


def test_what_is_recorded_explains_where_nothing_else_can() -> None:
    told = explanation_of(result(explanation=[MET, LOST, HIT], ending="so it ended", floors={"nothing": 0.25}))
    assert (told.name, told.trial, told.score, told.floor, told.ending) == ("a", 2, 0.5, 0.25, "so it ended")
    assert [(node.name, node.is_met, node.message) for node in told.milestones] == [
        ("found", True, 17),
        ("sent", False, None),
    ]
    assert [(node.name, str(node.losses[0])) for node in told.minefields] == [
        ("wrong_dana", "Dana Whitlock is the neighbour.")
    ]
    assert (told.milestones[1].losses[0].reason, told.milestones[1].fault.party) == (Reason.ROWS, Party.USER)


def test_a_reason_or_fault_of_a_later_version_is_one_of_others() -> None:
    (node,) = explanation_of(result(explanation=[LOST | {"reason": "mood", "fault": "moon"}])).milestones
    assert (node.losses[0].reason, node.fault.party) == (Reason.OTHER, Party.AGENT)


def test_matches_alone_say_what_was_met_and_hit() -> None:
    mappings = {"milestone_mapping": {0: (15, 0.0), 1: (17, 1.0)}, "minefield_mapping": {0: (15, 0.0), 1: (21, 1.0)}}
    told = explanation_of(result(**mappings))
    assert [(node.name, node.message, node.is_met) for node in told.milestones] == [("0", None, False), ("1", 17, True)]
    assert [(node.name, node.message) for node in told.minefields] == [("1", 21)]


@pytest.mark.parametrize("found", [None, Explanation(name="a", score=1.0, cause="")])
def test_a_zero_for_an_exception_is_not_explained_by_the_world(found: Explanation | None) -> None:
    ended = result(similarity=0.0, exception_type="KeyError", error={"message": "'no such tool'"})
    told = explanation_of(ended, found)
    assert (told.score, told.cause) == (
        0.0,
        "it ended in KeyError: 'no such tool', which is scored 0 whatever came before",
    )


def test_mistakes_that_were_counted_stand_beside_those_that_were_found() -> None:
    found = Explanation(name="?", score=0.5, cause="", mistakes={"a failed: b": 2})
    told = explanation_of(result(counters={"unknown_tools": 1, "answers": 7}), found)
    assert told.mistakes == {"call of an unknown tool": 1, "a failed: b": 2}


UNASKED = {**LOST, "id": "setting", "reason": "unasked", "text": "setting changed and nobody asked for it"}


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ([MET], ""),
        ([MET, LOST], "sent: no row was added to messaging"),
        ([UNASKED, LOST], "sent: no row was added to messaging"),
        ([UNASKED, LOST, HIT], "wrong_dana: Dana Whitlock is the neighbour."),
        ([UNASKED | {"text": None}], "setting: "),
        ([LOST | {"reason": "mood", "text": "red\x1b[31m"}], r"sent: red\x1b[31m"),
        ([], "what became of its milestones is not recorded"),
    ],
)
def test_the_first_loss_is_that_of_a_minefield_then_of_a_milestone(records: list[Any], told: str) -> None:
    assert first_loss(result(explanation=records)) == told


def test_without_a_score_or_records_the_first_loss_says_what_is_known() -> None:
    void = result(status="void", similarity=None, cause="timeout", error={"message": "no answer in 30 s"})
    assert first_loss(void) == "timeout: no answer in 30 s"
    assert first_loss(result(milestone_mapping={0: (15, 0.5)})) == "0: the run did not record why"
