"""Scenarios in Python mean the zone and the instant in which they are loaded, wherever and whenever that is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import ROOT, call, run_directory
from tests.waiting import HANG

MODULE = """
import datetime

import attrs
import polars as pl

from tool_sandbox.common.evaluation import Milestone, SnapshotConstraint, addition_similarity
from tool_sandbox.common.execution_context import DatabaseNamespace, RoleType
from tool_sandbox.common.scenario import ScenarioExtension
from tool_sandbox.common.utils import get_tomorrow_datetime

NOON = datetime.datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)
WANTED = {
    "fixed": datetime.datetime(2031, 5, 6, 17),
    "winter": datetime.datetime(NOON.year + 1, 1, 15, 8),
    "summer": datetime.datetime(NOON.year + 1, 7, 15, 8),
    "overmorrow": NOON + datetime.timedelta(days=2),
    "tomorrow": get_tomorrow_datetime().replace(hour=9, minute=0, second=0, microsecond=0),
    "next_hour": datetime.datetime.now().replace(minute=0, second=0, microsecond=0) + datetime.timedelta(hours=1),
}


def get_extensions(base_scenarios):
    for name, when in WANTED.items():
        target = pl.DataFrame({"content": "Bake", "reminder_timestamp": when.timestamp()})
        kept = SnapshotConstraint(DatabaseNamespace.REMINDER, addition_similarity, -1, target)
        for suffix, base in (("", base_scenarios["base"]), ("_bare", attrs.evolve(base_scenarios["base"], clock=None))):
            yield ScenarioExtension(
                name=name + suffix,
                base_scenario=base,
                messages=[{"sender": RoleType.USER, "recipient": RoleType.AGENT, "content": f"{when:%Y %m %d %H}"}],
                tool_allow_list=["add_reminder", "datetime_info_to_timestamp"],
                milestones=[Milestone([kept])],
            )

"""
ROLES = """
from tool_sandbox.common.execution_context import RoleType
from tool_sandbox.common.message_conversion import Message
from tool_sandbox.common.execution.tool_code import tool_call_to_code
from tool_sandbox.roles.base_role import BaseRole


class Agent(BaseRole):
    role_type = RoleType.AGENT

    def respond(self, ending_index=None):
        last = self.get_messages(ending_index)[-1]
        if last.sender == RoleType.USER:
            parts = dict(zip(("year", "month", "day", "hour"), map(int, last.content.split())))
            self.call("datetime_info_to_timestamp", {**parts, "minute": 0, "second": 0})
        elif last.openai_function_name == "add_reminder":
            self.add_messages([Message(sender=RoleType.AGENT, recipient=RoleType.USER, content="Done")])
        else:
            self.call("add_reminder", {"content": "Bake", "reminder_timestamp": float(last.content)})

    def call(self, name, arguments):
        code = tool_call_to_code(name, name, arguments, name)
        self.add_messages([Message(sender=RoleType.AGENT, recipient=RoleType.EXECUTION_ENVIRONMENT, content=code,
                                   openai_tool_call_id=name, openai_function_name=name)])


class User(BaseRole):
    role_type = RoleType.USER

    def respond(self, ending_index=None):
        code = "end_conversation()"
        self.add_messages([Message(sender=RoleType.USER, recipient=RoleType.EXECUTION_ENVIRONMENT, content=code)])
"""
TASKS = ("fixed", "winter", "summer", "overmorrow", "tomorrow", "next_hour")
ONLY = [word for task in TASKS for word in ("-s", task, "-s", f"{task}_bare")]
TWO_WEEKS_LATER = (
    "import sys, time; real = time.time; time.time = lambda: real() + 14 * 86400; "
    "from tool_sandbox.cli import main; sys.exit(main())"
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a process cannot have a zone of its own there")


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "errands.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "errand_roles.py").write_text(ROLES, encoding="utf-8")
    return tmp_path / "errands.py"


def played(suite: Path, zone: str | None) -> Path:
    """The directory of a run in that zone; ``None`` leaves it to the machine."""
    players = ("-a", "errand_roles:Agent", "-u", "errand_roles:User")
    arguments = ("run", *players, "--scenarios-from", str(suite), *ONLY, "-o", str(suite.parent / "runs"))
    done = subprocess.run(
        [sys.executable, "-m", "tool_sandbox", *arguments],
        capture_output=True, text=True, check=False, timeout=HANG, env=environment(suite, zone),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return run_directory(suite.parent / "runs")


def environment(suite: Path, zone: str | None) -> dict[str, str]:
    found = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{suite.parent}"}
    found.pop("TZ", None)
    return found if zone is None else {**found, "TZ": zone}


def later(suite: Path, zone: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line two weeks later, in another place."""
    return subprocess.run(
        [sys.executable, "-c", TWO_WEEKS_LATER, *arguments],
        capture_output=True, text=True, check=False, timeout=HANG, env=environment(suite, zone),
    )  # fmt: skip


def scores(directory: Path) -> dict[str, float]:
    lines = (directory / "results.jsonl").read_text("utf-8").splitlines()
    return {result["name"]: round(result["similarity"], 6) for result in map(json.loads, lines)}


ALL_RIGHT = {f"{task}{suffix}": 1.0 for task in TASKS for suffix in ("", "_bare")}


@pytest.mark.parametrize(
    ("zone", "elsewhere"),
    [("America/New_York", "UTC"), ("Asia/Kolkata", "Pacific/Auckland")],
)
def test_a_correct_agent_is_right_in_every_zone_today_and_later(suite: Path, zone: str, elsewhere: str) -> None:
    directory = played(suite, zone)
    assert scores(directory) == ALL_RIGHT
    record = json.loads((directory / "run.json").read_text("utf-8"))
    assert record["loaded_at"]["zone"] == zone

    rescored = later(suite, elsewhere, "rescore", str(directory))
    assert (rescored.returncode, rescored.stderr) == (0, "")
    assert "12 judged, 0 changed, 0 not judged" in rescored.stdout

    results = directory / "results.jsonl"
    results.write_text("".join(results.read_text("utf-8").splitlines(keepends=True)[:3]), "utf-8")
    resumed = later(suite, elsewhere, "resume", str(directory))
    assert resumed.returncode == 0, resumed.stderr
    assert scores(directory) == ALL_RIGHT
    assert json.loads((directory / "run.json").read_text("utf-8"))["loaded_at"] == record["loaded_at"]


def test_without_a_variable_the_zone_is_the_machines(suite: Path) -> None:
    assert scores(played(suite, None)) == ALL_RIGHT


def test_an_older_run_is_judged_as_of_its_start_and_says_so(suite: Path) -> None:
    directory = played(suite, "America/New_York")
    path = directory / "run.json"
    record = json.loads(path.read_text("utf-8"))
    del record["loaded_at"]
    path.write_text(json.dumps(record), "utf-8")

    rescored = later(suite, "America/New_York", "rescore", str(directory))

    assert "12 judged, 0 changed" in rescored.stdout
    assert "does not say when its Python scenarios were loaded" in rescored.stderr


def test_the_time_of_a_converted_suite_is_written_in_its_zone(suite: Path) -> None:
    file = suite.parent / "errands.yaml"
    done = call("convert", str(suite), "-o", str(file), environment=environment(suite, "Asia/Kolkata"))
    assert done.returncode == 0, done.stderr
    assert "zone: Asia/Kolkata" in file.read_text("utf-8")

    shown = later(suite, "UTC", "list", "--scenarios-from", str(file))
    assert "next_hour_bare" in shown.stdout
