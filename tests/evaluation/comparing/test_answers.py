"""A text beside the facts it has to contain."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.evaluation.facts.wording import BASE, done, text
from tool_sandbox.common.evaluation import (
    Milestone,
    SnapshotConstraint,
    column_exact_match_similarity,
    snapshot_similarity,
)
from tool_sandbox.common.execution_context import DatabaseNamespace as N
from tool_sandbox.evaluation.comparing.answers import TextSimilarity, WantedText, wanted_texts
from tool_sandbox.evaluation.comparing.columns import CellSimilarity
from tool_sandbox.evaluation.facts.fact import Fact
from tool_sandbox.evaluation.facts.mentions.mention import EXACT, Tolerance

SAID = "I texted Wanda Ekström at 18:15."


def wanted(sentence: str = "", *facts: Fact, never: tuple[Fact, ...] = (), within: Tolerance = EXACT) -> WantedText:
    return WantedText(sentence, facts, never, BASE, within)


def measure(columns: int = 1, *, whole: bool = False) -> TextSimilarity:
    return TextSimilarity({SAID: wanted(SAID, done("send"), text("18:15"))}, columns, whole)


@pytest.mark.parametrize("columns", [1, 2, 3, 5])
def test_the_share_is_the_similarity_of_the_row_however_many_columns_are_compared(columns: int) -> None:
    row = {"content": "I sent it."} | {f"column{number}": "x" for number in range(columns - 1)}
    target = {**row, "content": SAID}
    exact = dict.fromkeys(row, column_exact_match_similarity)
    found = snapshot_similarity(pl.DataFrame([row]), pl.DataFrame([target]), {**exact, "content": measure(columns)})
    assert found == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize(
    ("said", "share"),
    [
        ("Sent at a quarter past six.", 1),
        ("I sent it.", 0.5),
        ("It is 6:15 PM.", 0.5),
        ("Hello.", 0),
        ("I sent it at 18:30.", 0),
        ("I sent Tomás a text at 18:15.", 0),
        (None, 0),
    ],
)
def test_a_cell_is_worth_its_share_of_facts_and_nothing_when_it_is_wrong(said: str | None, share: float) -> None:
    assert measure().cell(SAID)(said) == share
    assert measure(3).cell(SAID)(said) == share**3


def test_for_a_minefield_only_the_whole_counts() -> None:
    assert measure(whole=True).cell(SAID)("I sent it.") == 0
    assert measure(whole=True).cell(SAID)("Sent at 18:15.") == 1


@pytest.mark.parametrize("said", ["Sent at 18:15.", "I sent it.", "Hello.", "I sent it at 18:30.", "Not sent."])
def test_the_similarity_alone_is_that_of_the_verdict(said: str) -> None:
    judged = wanted(SAID, done("send"), text("18:15"))
    assert judged.similarity(said, SAID) == judged.verdict(said, SAID).similarity


def test_a_text_is_not_read_in_a_row_that_another_column_rules_out() -> None:
    read: list[str] = []

    class Noted(TextSimilarity):
        def cell(self, value: str) -> CellSimilarity:
            compare = super().cell(value)

            def noted(cell: str) -> float | None:
                read.append(cell)
                return compare(cell)

            return noted

    rows = [{"sender": "USER", "content": "I sent it at 18:15."}, {"sender": "AGENT", "content": "Sent at 18:15."}]
    wants = [{"sender": "AGENT", "content": SAID}]
    measures: dict[str, Any] = {"sender": column_exact_match_similarity, "content": Noted(measure().texts, 2)}
    similarities = [snapshot_similarity(pl.DataFrame([row]), pl.DataFrame(wants), measures) for row in rows]
    assert (similarities, read) == ([0, 1], ["Sent at 18:15."])


def test_a_whole_column_is_compared_as_its_cells_are() -> None:
    column = pl.DataFrame({"content": ["I sent it.", None, "Sent at 18:15."]})
    assert measure()(column, "content", SAID)["similarity"].to_list() == [0.5, 0, 1]


def test_of_several_texts_each_row_is_held_to_its_own() -> None:
    texts = {"milk": wanted("", text("milk")), "bread": wanted("", text("bread"))}
    similarity = TextSimilarity(texts, 1)
    assert [similarity.cell("milk")("Buy milk"), similarity.cell("bread")("Buy milk")] == [1, 0]


NUMBER = "5 miles are {kilometers} kilometers."
FILLED = "5 miles are 8.04672 kilometers."


@pytest.mark.parametrize(
    ("said", "similarity"),
    [
        ("That's about 8.05 km.", 1),
        ("8.05", 1),
        ("8,05 kilometres", 1),
        ("8046.72 metres", 1),
        ("8.1 km", 1),
        ("8.3 km", 0),
        ("-8.05 km", 0),
        ("8.05 miles", 0),
        ("It is far.", 0),
    ],
)
def test_a_placeholder_is_a_fact_with_the_unit_that_stands_beside_it(said: str, similarity: float) -> None:
    measure = TextSimilarity({NUMBER: wanted(NUMBER, within=Tolerance(relative=Decimal("0.01")))}, 1)
    assert measure.cell(FILLED)(said) == similarity


def test_several_placeholders_and_facts_are_equal_shares() -> None:
    sentence = "{name} has {number} and is {age} years old."
    cell = TextSimilarity({sentence: wanted(sentence, text("boss"))}, 1).cell(
        "Wanda Ekström has +12065550139 and is 40 years old."
    )
    assert cell("Your boss Wanda, 40 years, has (206) 555-0139.") == 1
    assert cell("Wanda: (206) 555-0139") == 0.5
    assert cell("Tomás: (206) 555-0139") == 0


def test_the_rest_of_a_filled_sentence_may_be_left_out_but_not_be_wrong() -> None:
    sentence = "The low tomorrow is {degrees} degrees Celsius."
    cell = TextSimilarity({sentence: wanted(sentence)}, 1).cell("The low tomorrow is 4 degrees Celsius.")
    assert [cell("4 °C"), cell("Tomorrow's low: 4 degrees."), cell("Tomorrow's low is -4 degrees.")] == [1, 1, 0]
    assert cell("The low on Friday is 4 degrees Celsius.") == 0


def test_what_must_not_be_said_makes_a_text_worthless() -> None:
    cell = TextSimilarity({SAID: wanted(SAID, done("send"), never=(text("tomorrow"),))}, 1).cell(SAID)
    assert [cell("Sent."), cell("Sent, and again tomorrow.")] == [1, 0]


def test_facts_in_the_users_own_words_are_found() -> None:
    facts = wanted("", text("18:15"), text("sold out"))
    assert [str(fact) for fact in facts.given_away("Tell her about 6:15 PM")] == ["18:15"]
    assert facts.given_away("Tell her") == []


def test_only_what_the_user_is_told_is_an_answer() -> None:
    told = SnapshotConstraint.of_rows(
        N.SANDBOX, snapshot_similarity, [{"content": SAID}], column_similarity_measure={"content": measure()}
    )
    written = SnapshotConstraint.of_rows(
        N.MESSAGING, snapshot_similarity, [{"content": SAID}], column_similarity_measure={"content": measure()}
    )
    alike = SnapshotConstraint.of_rows(N.SANDBOX, snapshot_similarity, [{"content": SAID}])
    assert [each.sentence for each in wanted_texts(Milestone([told, written, alike]))] == [SAID]


def test_an_endless_text_is_read_as_far_as_a_person_would() -> None:
    filler = "This is only talk and says nothing. " * 1000
    compare = measure().cell(SAID)
    assert compare(f"Sent at 18:15. {filler}") == 1
    assert compare(f"{filler} Sent at 18:15.") == 0
