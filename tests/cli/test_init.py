"""Beginning a suite of one's own."""

from __future__ import annotations

import importlib
import json
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import ROOT
from tests.own_tables import forget
from tool_sandbox.cli import starter
from tool_sandbox.cli.app import exit_code

FILES = [
    ".github/workflows/agent.yml", "my_agent.py", "my_tools.py", "proofs.schema.json", "run.yaml",
    "scenario.schema.json", "shop.proofs.yaml", "shop.yaml",
]  # fmt: skip


@pytest.fixture(autouse=True)
def own_table() -> Iterator[None]:
    """The table of the tool is gone again afterwards."""
    yield
    forget("ORDERS")


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_what_it_tells_to_do_next_works_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert exit_code(["init", "my shop"]) == 0
    told = capsys.readouterr().out.replace("\\\n", "").splitlines()
    assert "the variable TOOL_SANDBOX_SOURCE of your repository says, as it" in told
    commands = [shlex.split(line) for line in told if line.startswith("  ")]
    assert files(tmp_path / "my shop") == FILES

    assert commands[0] == ["cd", "my shop"]
    monkeypatch.chdir(commands[0][1])
    for program, *arguments in commands[1:]:
        assert program == "tool_sandbox"
        assert exit_code(arguments) == 0, capsys.readouterr().err
    out = capsys.readouterr().out
    assert "1 scenario checked in " in out
    assert "Score 1.000 over 1 of 1 samples" in out
    assert "\nplace_order\tOrder an item.\tmy_tools\t" in out
    workflow = yaml.safe_load((tmp_path / "my shop" / FILES[0]).read_text())
    steps = [step["run"] for step in workflow["jobs"]["scenarios"]["steps"] if "run" in step]
    assert [shlex.split(step)[1:] for step in steps[1:]] == [command[1:] for command in commands[1:3]]


def installing(folder: Path) -> dict[str, Any]:
    """The step of the workflow that installs."""
    steps: list[dict[str, Any]] = yaml.safe_load((folder / FILES[0]).read_text())["jobs"]["scenarios"]["steps"]
    return next(step for step in steps if "pip install" in step.get("run", ""))


def test_the_workflow_says_what_to_set_before_it_can_install(tmp_path: Path) -> None:
    assert exit_code(["init", str(tmp_path)]) == 0
    step = installing(tmp_path)
    assert step["env"] == {"SOURCE": "${{ vars.TOOL_SANDBOX_SOURCE }}"}
    done = subprocess.run(
        ["/bin/sh", "-c", step["run"]], env={"SOURCE": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "Set the variable TOOL_SANDBOX_SOURCE of this repository" in done.stderr


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("git+https://host/ts@abc", "git+https://host/ts@abc"),
        ("git+file:///here@abc", None),
        ("file:///here/tool_sandbox.whl", None),
        (None, None),
    ],
)
def test_the_workflow_installs_what_is_installed_here_where_git_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str | None, known: str | None
) -> None:
    monkeypatch.setattr(starter, "installed_from", lambda: source)
    assert exit_code(["init", str(tmp_path)]) == 0
    run = installing(tmp_path)["run"]
    assert run == f"pip install {known}" if known else "SOURCE" in run


def test_the_scenario_has_six_lines_and_editors_find_its_schema(tmp_path: Path) -> None:
    assert exit_code(["init", str(tmp_path)]) == 0
    first, *entry = (tmp_path / "shop.yaml").read_text("utf-8").splitlines()

    assert len(entry) == 6
    schema = json.loads((tmp_path / first.removeprefix("# yaml-language-server: $schema=")).read_text("utf-8"))
    jsonschema: Any = importlib.import_module("jsonschema")
    validator = jsonschema.Draft202012Validator(schema)
    suite = yaml.safe_load("\n".join(entry))
    assert validator.is_valid(suite)
    suite[0]["milestone"] = suite[0].pop("milestones")
    assert not validator.is_valid(suite)


def test_editors_find_the_schema_of_the_proofs_beside_it(tmp_path: Path) -> None:
    assert exit_code(["init", str(tmp_path)]) == 0
    first, *entry = (tmp_path / "shop.proofs.yaml").read_text("utf-8").splitlines()

    schema = json.loads((tmp_path / first.removeprefix("# yaml-language-server: $schema=")).read_text("utf-8"))
    jsonschema: Any = importlib.import_module("jsonschema")
    validator = jsonschema.Draft202012Validator(schema)
    proofs = yaml.safe_load("\n".join(entry))
    assert validator.is_valid(proofs)
    proofs[0]["wording"] = proofs[0].pop("wordings")
    assert not validator.is_valid(proofs)


def test_nothing_is_written_over_unless_it_is_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "my_agent.py"
    mine.write_text("mine", encoding="utf-8")

    assert exit_code(["init", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"tool_sandbox: {str(mine)!r} exists; choose another directory, or --force to write over files.\n"
    )
    assert (files(tmp_path), mine.read_text("utf-8")) == (["my_agent.py"], "mine")

    assert exit_code(["init", str(tmp_path), "--force"]) == 0
    assert files(tmp_path) == FILES
    assert "def answer(" in mine.read_text("utf-8")


def test_a_place_where_nothing_can_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    assert exit_code(["init", str(tmp_path / "file" / "shop")]) == 2
    assert f"cannot write {str(tmp_path / 'file' / 'shop' / 'shop.yaml')!r}: " in capsys.readouterr().err


def test_it_has_the_shape_of_the_example_that_is_a_whole_repository(tmp_path: Path) -> None:
    example = ROOT / "examples" / "agent-in-ci"
    assert exit_code(["init", str(tmp_path)]) == 0

    of_the_editor = ("scenario.schema.json", "proofs.schema.json")
    assert [name for name in FILES if name not in of_the_editor and not (example / name).is_file()] == []
    settings = [yaml.safe_load((folder / "run.yaml").read_text("utf-8")) for folder in (tmp_path, example)]
    assert settings[0] == settings[1]
