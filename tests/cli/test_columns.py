"""Tables on terminals of any width."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tool_sandbox.cli.columns import Column, Row, print_table

NAME = "text_plumber_with_cellular_off_3_distraction_tools_arg_description_scrambled"
COLUMNS = (
    Column("scenario"),
    Column("wanted", is_prose=True),
    Column("score", is_number=True),
    Column("turns", is_number=True, left_out=1),
    Column("categories", left_out=2),
)
words = st.text(st.sampled_from("ab_-[]1ü電"), min_size=1, max_size=12)
sentences = st.lists(words, max_size=9).map(" ".join)
rows_of_words = st.lists(st.tuples(words, sentences, words, words, sentences), min_size=1, max_size=3)


def printed(rows: list[Row | None], width: int, columns: tuple[Column, ...] = COLUMNS, title: str = "") -> list[str]:
    out = StringIO()
    print_table(Console(file=out, width=width, highlight=False), columns, rows, title=title or None)
    return [line.rstrip() for line in out.getvalue().splitlines()]


@given(rows=rows_of_words, width=st.integers(5, 160))
def test_no_word_is_broken_and_no_line_is_too_wide_that_could_be_narrower(
    rows: list[tuple[str, ...]], width: int
) -> None:
    lines = printed(list(rows), width)

    shown = [word for line in lines for word in line.split()]
    for name, wanted, score, *_ in rows:
        assert all(word in shown for word in (name, score, *wanted.split()))
    unbreakable = max(cell_len(f"    categories {row[4]}") for row in rows)
    longest = max(cell_len(word) for row in rows for cell in row for word in cell.split())
    assert all(cell_len(line) <= max(width, unbreakable, longest + len("    score ")) for line in lines)


def test_columns_go_in_their_order_before_sentences_go_below() -> None:
    row = ("switch_wifi_off", "Turn off the Wi-Fi, please.", "1.000", "3", "SINGLE_TOOL_CALL")

    def headers(width: int) -> list[str]:
        return next(line.split() for line in printed([row], width) if line)

    assert headers(100) == ["scenario", "wanted", "score", "turns", "categories"]
    assert headers(80) == ["scenario", "wanted", "score", "turns"]
    assert headers(60) == ["scenario", "wanted", "score"]
    assert printed([row], 50) == [
        "switch_wifi_off",
        "    score 1.000   turns 3",
        "    categories SINGLE_TOOL_CALL",
        "    Turn off the Wi-Fi, please.",
        "",
    ]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_name_stands_whole_in_one_line(width: int) -> None:
    lines = printed([(NAME, "Tell Dana.", "0.250", "7", "A B"), None, ("all", "", "0.250", "", "")], width)

    assert NAME in [word for line in lines for word in line.split()]
    assert any(line.split()[:1] == ["all"] for line in lines)


def test_a_column_without_content_is_left_out_and_brackets_are_no_markup() -> None:
    lines = printed([("[bold]a[/bold]", "", "1", "", "")], 80, title="Samples")

    assert [line.split() for line in lines if line and "─" not in line] == [
        ["Samples"],
        ["scenario", "score"],
        ["[bold]a[/bold]", "1"],
    ]
