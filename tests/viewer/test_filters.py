"""Filters of samples: one list of cases holds for the server and for the page that is one file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.viewer.browser import needs_browser, running, tab
from tool_sandbox.errors import UsageError
from tool_sandbox.viewer.filters import matcher
from tool_sandbox.viewer.pages import asset

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "filter_cases.json").read_text("utf-8"))


@pytest.mark.parametrize(("expression", "matching"), CASES["matching"].items())
def test_a_filter_matches_the_rows_it_describes(expression: str, matching: list[int]) -> None:
    matches = matcher(expression, CASES["columns"])
    assert [at for at, row in enumerate(CASES["rows"]) if matches(row)] == matching


@pytest.mark.parametrize(("expression", "said"), CASES["refused"].items())
def test_what_is_no_filter_is_refused_with_what_was_expected(expression: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        matcher(expression, CASES["columns"])
    assert said in str(caught.value)


@pytest.fixture(scope="module")
def told_by_the_page() -> Iterator[dict[str, Any]]:
    """What the page's own filter makes of every case."""
    script = """async ([code, cases]) => {
      const { matcher } = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
      const tried = (expression) => {
        try {
          const matches = matcher(expression, cases.columns);
          return cases.rows.flatMap((row, at) => (matches(row) ? [at] : []));
        } catch (error) { return error.message; }
      };
      const all = [...Object.keys(cases.matching), ...Object.keys(cases.refused)];
      return Object.fromEntries(all.map((expression) => [expression, tried(expression)]));
    }"""
    with running() as browser, tab(browser) as found:
        yield found.page.evaluate(script, [asset("filter.js"), CASES])


@needs_browser
def test_the_page_that_is_one_file_matches_the_same_rows(told_by_the_page: dict[str, Any]) -> None:
    assert {each: told_by_the_page[each] for each in CASES["matching"]} == CASES["matching"]


@needs_browser
def test_the_page_that_is_one_file_refuses_the_same(told_by_the_page: dict[str, Any]) -> None:
    assert [each for each, said in CASES["refused"].items() if said not in told_by_the_page[each]] == []
