from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluation.explanation.broken_agents import SCENARIOS
from tests.scenarios.playing import played
from tests.scenarios.writing import scenarios
from tool_sandbox.common.annotations import Annotations, Style
from tool_sandbox.evaluation.explanation.explain import explain
from tool_sandbox.evaluation.explanation.explanation import Explanation
from tool_sandbox.evaluation.explanation.parts import Loss, NodeExplanation, Reason
from tool_sandbox.evaluation.explanation.remarks import annotated


def below(annotations: Annotations) -> list[tuple[str, str]]:
    return [(label, span.text) for label, span in annotations.below]


def test_a_milestone_stands_beside_the_message_that_met_it(tmp_path: Path) -> None:
    scenario = scenarios(tmp_path, SCENARIOS)["wifi_off"]
    said = annotated(explain(scenario, played(scenario, ("set_wifi_status", {"on": False}), "Wi-Fi is off now.")))
    at = scenario.starting_context.first_user_sandbox_message_index
    assert {message: [span.text for span in spans] for message, spans in said.beside.items()} == {
        at + 2: ["✓ off 1.00"],
        at + 3: ["✓ told 1.00"],
    }
    assert [label for label, _ in below(said)] == ["score", "ended"]


def test_a_table_that_changed_is_named_at_the_message_that_changed_it(tmp_path: Path) -> None:
    scenario = scenarios(tmp_path, SCENARIOS)["wifi_off"]
    loss = Loss(reason=Reason.GUARD, where="setting", text="[17] setting.wifi changed", messages=(17,))
    node = NodeExplanation(number=0, name="sent", similarity=0, credit=0, message=19, losses=(loss,))
    said = annotated(Explanation(name=str(scenario.name), score=0.5, cause="", milestones=(node,), ending="so"))
    assert said.beside[17][0].text == "! setting changed (guard of sent)"
    assert said.beside[19][0].text == "✗ sent 0.00"
    assert ("lost", "✗ sent 0.00  [17] setting.wifi changed") in below(said)


@pytest.mark.parametrize(("credit", "style"), [(0.0, Style.LOST), (0.5, Style.PARTLY)])
def test_a_milestone_that_nothing_met_is_only_said_to_be_lost(credit: float, style: Style) -> None:
    loss = Loss(reason=Reason.ROWS, text="no row was added to messaging")
    node = NodeExplanation(number=0, name="sent", similarity=0, credit=credit, losses=(loss,))
    said = annotated(Explanation(name="a", score=0.0, cause="", milestones=(node,), ending="so"))
    assert said.beside == {}
    (lost,) = [span for label, span in said.below if label == "lost"]
    assert (lost.text, lost.style) == (f"✗ sent {credit:.2f}  no row was added to messaging", style)


def test_a_minefield_stands_at_its_message_and_below(tmp_path: Path) -> None:
    loss = Loss(reason=Reason.FORBIDDEN, text="Dana Whitlock is the neighbour.")
    hit = NodeExplanation(number=0, name="wrong_dana", similarity=1, credit=0, message=21, losses=(loss,))
    said = annotated(Explanation(name="a", score=0.0, cause="", minefields=(hit,), ending="so"))
    assert [span.text for span in said.beside[21]] == ["! wrong_dana"]
    assert ("lost", "! wrong_dana  [21] Dana Whitlock is the neighbour.") in below(said)


def test_a_wrong_end_is_told_where_no_milestone_is_missed() -> None:
    said = annotated(Explanation(name="a", score=1.0, outcome=0.0, cause="in the end, wifi is on", ending="so"))
    assert ("lost", "in the end, wifi is on") in below(said)
