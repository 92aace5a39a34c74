"""tool_sandbox report: runs as a page, a text or a table."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import tool_sandbox
from tests.waiting import HANG
from tool_sandbox.cli import report
from tool_sandbox.cli.app import exit_code
from tool_sandbox.errors import SettingsError


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two agents on one scenario."""
    where = tmp_path_factory.mktemp("runs")
    played = [
        tool_sandbox.run(agent, scenarios="switch_wifi_off", presentations=["plain"], output=where)
        for agent in ("oracle", "nop")
    ]
    return [str(run.directory) for run in played]


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert exit_code(["report", *arguments]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert exit_code(["report", *arguments]) == 2
    return capsys.readouterr().err


def test_a_page_is_written_and_its_size_told(
    runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = printed(capsys, *runs, "-o", str(tmp_path / "new" / "report.html"), "--title", "Both <of> them")
    assert told.startswith("2 samples of 2 runs in ")
    assert told.endswith(" MB\n")
    assert "<title>Both &lt;of&gt; them</title>" in (tmp_path / "new" / "report.html").read_text("utf-8")


def test_what_is_left_out_of_a_page_is_told(
    runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["report", *runs, "-o", str(tmp_path / "report.html"), "--largest", "10"]) == 0
    assert "note: 2 conversations left out" in capsys.readouterr().err


def test_markdown_is_printed_for_a_pull_request(runs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    told = printed(capsys, *runs)
    assert "### oracle: score 1.000" in told
    assert "### Comparison" in told
    assert told == printed(capsys, *runs, "--format", "md")


def test_json_holds_scores_comparison_and_samples(runs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(printed(capsys, *runs, "--format", "json"))
    assert {name: run["score"]["similarity"] for name, run in told["runs"].items()} == {"oracle": 1.0, "nop": 0.0}
    assert len(told["comparison"]["contrasts"]) == 1
    assert [sample["name"] for sample in told["samples"]] == ["switch_wifi_off"] * 2


def test_tables_hold_a_row_for_each_sample(runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(printed(capsys, *runs, "--format", "csv"))))
    assert [row["agent"] for row in rows] == ["oracle", "nop"]
    file = tmp_path / "samples.parquet"
    assert printed(capsys, *runs, "-o", str(file)).startswith("2 rows in ")
    assert pl.read_parquet(file)["similarity"].to_list() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "x.xml"), "'x.xml' ends in 'xml'; expected html, md, json, csv, parquet."),
        (("--format", "pdf"), "--format is 'pdf'; expected html, md, json, csv, parquet."),
        (("--format", "html"), "say where it goes with -o FILE.html"),
        (("-o", "x.html", "--largest", "much"), "--largest is 'much'; expected a size such as 50MB or 800kB."),
    ],
)
def test_what_cannot_be_used_is_named(
    runs: list[str], capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert said in refused(capsys, *runs, *arguments)


def test_a_file_that_cannot_be_written_is_named(
    runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert "cannot write to" in refused(capsys, *runs, "-o", str(tmp_path / "file" / "report.html"))


def test_a_report_that_cannot_be_made_leaves_the_one_before(
    runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def parts(*_of: object) -> Iterator[str]:
        yield "half of it"
        raise SettingsError("a sample cannot be read any more")

    printed(capsys, *runs, "-o", str(tmp_path / "report.json"))
    before = (tmp_path / "report.json").read_bytes()
    monkeypatch.setitem(report._TEXTS, "json", parts)

    assert "cannot be read any more" in refused(capsys, *runs, "-o", str(tmp_path / "report.json"))
    assert (tmp_path / "report.json").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_a_report_may_go_to_a_pipe(runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "report.json"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()

    printed(capsys, *runs, "-o", str(pipe))
    reader.join(HANG)
    assert len(json.loads(read[0])["samples"]) == 2
    assert pipe.is_fifo()
