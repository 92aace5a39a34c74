"""Summaries that are read result by result."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from upath import UPath

from tests.runs.samples import scored
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.summary_file import SummaryFile, read_summary

NOTE = 'ein L\u00e4cheln \u5fae\U0001f600 "{[,'
RECORDS = [{**scored(name, 0.5, notes=(NOTE,)).to_record(), "duration": 12.5} for name in "abc"]
OTHERS = {"git_sha": None, "score": {"similarity": 0.5}, "numbers": [1, 2.5, -3e5], "run": {"ending": "done"}}


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("indent", [None, 4])
@pytest.mark.parametrize("is_first", [True, False])
def test_results_and_all_else_are_read_however_they_are_written(
    tmp_path: Path, ascii_only: bool, indent: int | None, is_first: bool
) -> None:
    results: dict[str, Any] = {"per_scenario_results": RECORDS}
    summary = results | OTHERS if is_first else OTHERS | results
    path = tmp_path / "result_summary.json"
    path.write_text(json.dumps(summary, indent=indent, ensure_ascii=ascii_only), encoding="utf-8")
    file = SummaryFile(path)
    found = list(file.records())
    assert [record for _, record in found] == RECORDS
    assert file.others == OTHERS
    path.unlink()
    assert [file.result(place).name for place, _ in reversed(found)] == ["c", "b", "a"]
    assert file.result(found[1][0]).notes == tuple(RECORDS[1]["notes"])
    file.close()


def test_a_summary_elsewhere_is_read_from_a_copy() -> None:
    place = UPath(f"memory://{uuid4()}/result_summary.json")
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps({"per_scenario_results": RECORDS, **OTHERS}))
    file = SummaryFile(place)
    ((_, _), (second, _), _) = file.records()
    place.unlink()
    assert file.result(second).name == "b"
    file.close()


WHOLE = json.dumps({"per_scenario_results": RECORDS, **OTHERS})


@pytest.mark.parametrize(
    "content", ["", "{", WHOLE[:-1], WHOLE[: len(WHOLE) // 2], f"{WHOLE} 1", "[" * 100_000, WHOLE.replace(":", " ", 1)]
)
def test_a_torn_summary_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "result_summary.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match=r"result_summary\.json' cannot be read"):
        read_summary(path)


@pytest.mark.parametrize("content", ["[]", "5", '"text"', " null"])
def test_what_is_no_object_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "result_summary.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match="expected a JSON object"):
        read_summary(path)


@pytest.mark.parametrize("results", ["{}", "5", "[5]", "[{}]", "null"])
def test_a_summary_without_samples_is_none(tmp_path: Path, results: str) -> None:
    file = tmp_path / "result_summary.json"
    file.write_text(f'{{"per_scenario_results": {results}}}')
    with pytest.raises(SettingsError, match="is not a result summary"):
        read_summary(file)
    file.write_text("{}")
    with pytest.raises(SettingsError, match="is not a result summary"):
        read_summary(file)


def test_a_result_is_longer_than_what_is_read_at_once(tmp_path: Path) -> None:
    long = {**RECORDS[0], "notes": ["\u00e4" * 300_000]}
    path = tmp_path / "result_summary.json"
    path.write_text(json.dumps({"per_scenario_results": [long, RECORDS[1]]}, ensure_ascii=False), encoding="utf-8")
    file = SummaryFile(path)
    places = [place for place, _ in file.records()]
    assert [file.result(place).name for place in places] == ["a", "b"]
    file.close()


def test_a_long_summary_is_not_held(tmp_path: Path) -> None:
    path = tmp_path / "result_summary.json"
    path.write_text(json.dumps({"per_scenario_results": RECORDS * 2000}))
    file = SummaryFile(path)
    tracemalloc.start()
    try:
        assert sum(1 for _ in file.records()) == 6000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        file.close()
    assert peak < path.stat().st_size / 4
