"""What other programs are told of a run."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import EASY, run_directory
from tests.cli.pseudo_terminal import ROOT
from tests.runs.fakes import Cast, scenarios, settings
from tests.runs.samples import scored, void
from tool_sandbox.cli.app import exit_code
from tool_sandbox.cli.live.display import Watched
from tool_sandbox.cli.live.events import EventFile, RunEvents, opened_events
from tool_sandbox.errors import SettingsError
from tool_sandbox.registry.sample import Sample
from tool_sandbox.runs.control import Adjustment
from tool_sandbox.runs.run import Plan
from tool_sandbox.runs.store import RunStore


def _told(lines: Sequence[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def _names(events: Sequence[dict[str, Any]]) -> list[str]:
    return [event["event"] for event in events]


def _plan(path: Path) -> Plan:
    store = RunStore.create(str(path), "speaker", "leaver")
    return Plan(settings=settings(budget=2.0), scenarios=scenarios(2), cast=Cast(), store=store)


def test_a_run_is_told_from_its_start_to_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "events.jsonl"
    flags = ["-a", "oracle", "-s", *EASY, "-p", "1", "-o", str(tmp_path / "runs"), "--json-events", str(file), "-q"]
    assert exit_code(["run", *flags]) == 0

    events = _told(file.read_text().splitlines())
    names = [name for name in _names(events) if name != "totals"]
    assert names == ["run_started", *["sample_started", "sample_finished"] * 2, "run_ended"]
    first, last = events[0], events[-1]
    assert first["directory"] == str(run_directory(tmp_path / "runs"))
    assert (first["agent"], first["user"], first["total"], first["done"]) == ("oracle", "oracle", 2, 0)
    assert {event["run"] for event in events} == {run_directory(tmp_path / "runs").name}
    assert (last["ending"], last["done"], last["score"], last["void"]) == ("done", 2, 1.0, {})
    finished = [event for event in events if event["event"] == "sample_finished"]
    assert {(event["name"], event["trial"], event["score"], event["cause"]) for event in finished} == {
        (name, 0, 1.0, None) for name in EASY
    }
    assert "Score 1.000" in capsys.readouterr().out

    assert exit_code(["resume", first["directory"], "--json-events", str(file), "-q"]) == 0
    later = _told(file.read_text().splitlines())[len(events) :]
    assert [name for name in _names(later) if name != "totals"] == ["run_started", "run_ended"]
    assert (later[0]["done"], later[-1]["score"]) == (2, 1.0)


def test_events_on_standard_output_leave_it_to_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["-a", "nop", "-s", EASY[0], "-o", str(tmp_path), "--json-events", "-"]
    assert exit_code(["run", *flags]) == 0

    told = capsys.readouterr()
    assert _names(_told(told.out.splitlines()))[0] == "run_started"
    assert _names(_told(told.out.splitlines()))[-1] == "run_ended"
    assert "Score 0.000" in told.err


def test_standard_output_is_not_asked_for_two_things(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["-a", "nop", "-s", EASY[0], "-o", str(tmp_path / "runs"), "--json", "--json-events", "-"]
    assert exit_code(["run", *flags]) == 2
    assert "give the events a file" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written: Is a directory"), opened_events(str(tmp_path)):
        pass


def _every_event(tmp_path: Path) -> list[dict[str, Any]]:
    """One of each kind, from a run that ends in an error."""
    plan, place = _plan(tmp_path), tmp_path / "events.jsonl"
    with opened_events(str(place)) as file:
        assert file is not None
        with suppress(ZeroDivisionError), RunEvents(file, plan, Watched(total=2, budget=2.0)) as events:
            events.started(Sample(name="say_0", scenario=plan.scenarios["say_0"]))
            events.waiting("HTTP 503, waiting for m")
            events.waiting("")
            events.finished(scored("say_0", 0.5))
            events.finished(void("say_1", error={"type": "ProviderError", "status": 500, "message": "no"}))
            events.adjusted(Adjustment.now("budget", 2.0, 3.0))
            raise ZeroDivisionError
    return _told(place.read_text().splitlines())


def test_a_void_sample_has_its_reason_and_waiting_its_end(tmp_path: Path) -> None:
    events = _every_event(tmp_path)

    assert [event["reason"] for event in events if event["event"] == "waiting"] == ["HTTP 503, waiting for m", None]
    (lost,) = [event for event in events if event.get("status") == "void"]
    assert (lost["cause"], lost["reason"], lost["score"]) == ("provider", 'HTTP 500 "no"', None)
    (changed,) = [event for event in events if event["event"] == "adjusted"]
    assert (changed["what"], changed["before"], changed["after"]) == ("budget", 2.0, 3.0)
    assert (events[-1]["event"], events[-1]["ending"], events[-1]["void"]) == ("run_ended", "failed", {"provider": 1})


def test_the_documentation_names_every_field_and_no_other(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]* \| (.*) \|$", page.partition("### Events")[2], re.MULTILINE))
    documented = {event: {*re.findall(r"`(\w+)`", fields)} - {"null"} for event, fields in rows.items()}
    totals = documented["totals"]
    documented["run_ended"] = {"ending"} | totals

    events = _every_event(tmp_path)
    assert set(_names(events)) == {name for name in documented if name in _names(events)}
    for event in events:
        assert set(event) == {"event", "time", "run"} | documented[event["event"]]


def test_lines_of_several_runs_stand_one_after_the_other(tmp_path: Path) -> None:
    place = tmp_path / "events.jsonl"
    for number in range(2):
        file = EventFile(str(place))
        file.write({"event": number})
        file.close()
        file.close()

    assert place.read_text() == '{"event": 0}\n{"event": 1}\n'


def test_a_reader_that_leaves_does_not_end_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = EventFile("/dev/full")
    file.write({"event": "run_started"})
    file.write({"event": "run_ended"})
    file.close()

    assert "note: no more events are written to '/dev/full'" in capsys.readouterr().err
