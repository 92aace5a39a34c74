"""tool_sandbox convert: Python scenarios become a file that loads back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tool_sandbox.cli.app import exit_code

SUITE = Path(__file__).parents[1] / "compatibility" / "suite"

OWN_MEASURE = """
import polars as pl
from tool_sandbox.common.evaluation import Milestone, SnapshotConstraint
from tool_sandbox.common.execution_context import DatabaseNamespace
from tool_sandbox.common.scenario import ScenarioExtension
from tool_sandbox.scenarios.base_scenarios import named_base_scenarios


def mine(snapshot, **kwargs):
    return 1.0


def named_my_scenarios(backend):
    constraint = SnapshotConstraint(DatabaseNamespace.SETTING, mine, target_dataframe=pl.DataFrame({"wifi": False}))
    return ScenarioExtension(
        name="mine",
        base_scenario=named_base_scenarios(backend)["base"],
        messages=[
            {"sender": "SYSTEM", "recipient": "USER", "content": "Wi-Fi off"},
            {"sender": "USER", "recipient": "AGENT", "content": "Wi-Fi off"},
        ],
        tool_allow_list=["set_wifi_status"],
        milestones=[Milestone(snapshot_constraints=[constraint])],
    ).get_extended_scenario()
"""


def test_a_folder_of_the_original_kind_becomes_a_file_that_loads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "errands.yaml"
    assert exit_code(["convert", str(SUITE), "-o", str(file)]) == 0
    assert "10 scenarios written" in capsys.readouterr().err
    assert exit_code(["list", "--scenarios-from", str(file)]) == 0
    assert "text_ola_cellular_off" in capsys.readouterr().out


def test_without_a_file_the_scenarios_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["convert", str(SUITE)]) == 0
    assert "- name: rename_ola" in capsys.readouterr().out


def test_what_has_no_form_is_named_and_sets_the_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = tmp_path / "my_scenarios.py"
    module.write_text(OWN_MEASURE, encoding="utf-8")
    assert exit_code(["convert", str(module), "-o", str(tmp_path / "mine.yaml")]) == 1
    complaint = capsys.readouterr().err
    assert "left out: mine: milestone 0" in complaint
    assert "'mine'" in complaint or "mine" in complaint


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["convert", "no/such/place"], "There is nothing at 'no/such/place'"),
        (["convert", str(SUITE), "-o", "no/such/place.yaml"], "there is no directory 'no/such'"),
        (["convert", str(SUITE), "-o", __file__], "--force"),
        (["convert", str(SUITE), "--force"], "--force would have no effect"),
    ],
)
def test_bad_places_are_usage_errors(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(arguments) == 2
    assert complaint in capsys.readouterr().err
