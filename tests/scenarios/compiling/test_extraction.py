"""What is taken out of a tool's result."""

from __future__ import annotations

from tool_sandbox.scenarios.compiling.extraction import ResultExtractor

PRICE = {"tool_name": "search_stock", "arguments": {}, "result": {"price": 7}}
DEGREES = {"tool_name": "unit_conversion", "arguments": {}, "result": 7}


def test_a_part_is_read_by_its_path_and_the_whole_by_the_empty_one() -> None:
    assert ResultExtractor([("cost", "price")])(PRICE) == [{"cost": 7}]
    assert ResultExtractor([("degrees", "")])(DEGREES) == [{"degrees": 7}]


def test_of_a_tool_that_was_not_meant_nothing_is_read() -> None:
    extractor = ResultExtractor([("degrees", "")], tools=frozenset({"unit_conversion"}))
    assert extractor(DEGREES) == [{"degrees": 7}]
    assert extractor(PRICE) == []
