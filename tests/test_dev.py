"""The developer's command and the lock files it installs from."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import dev

PROJECT = tomllib.loads((dev.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REQUIREMENT = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; (?P<marker>.*?))?(?: --hash=.*)?$")


def pins(name: str) -> dict[tuple[str, str | None], tuple[str, bool]]:
    """The lock's entries: name and marker to version and whether it is hashed."""
    text = (dev.ROOT / name).read_text(encoding="utf-8").replace(" \\\n   ", "")
    found = {}
    for line in text.splitlines():
        matched = REQUIREMENT.match(line)
        assert matched, line
        found[matched["name"], matched["marker"]] = (matched["version"], "--hash=sha256:" in line)
    return found


def run_dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(dev.ROOT / "dev.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", [dev.CORE, dev.DEV])
def test_lock_holds_versions_and_hashes_and_no_address(name: str) -> None:
    text = (dev.ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|@ file", text)
    assert [entry for entry, (_, hashed) in pins(name).items() if not hashed] == []


def test_the_core_is_a_part_of_the_developers_lock() -> None:
    core, everything = pins(dev.CORE), pins(dev.DEV)
    everywhere = {(name, marker): everything.get((name, None)) for name, marker in core}  # needed by more there
    assert core.items() <= (everywhere | everything).items()


def test_lock_has_every_dependency_that_the_project_names() -> None:
    locked = {name for name, _ in pins(dev.CORE)}
    named = {re.split(r"[^A-Za-z0-9_.-]", text)[0].lower() for text in PROJECT["project"]["dependencies"]}
    assert {name.replace(".", "-").replace("_", "-") for name in named} <= locked


@pytest.mark.parametrize("excluded", ["1.82.7", "1.82.8", "1.108.0", "1.108.1", "1.108.2", "1.108.3"])
def test_lock_avoids_the_releases_of_litellm_that_do_not_work(excluded: str) -> None:
    version, _ = pins(dev.CORE)["litellm", None]
    assert version != excluded
    assert not version.startswith("1.106.")


def test_installs_its_own_installer_from_the_lock() -> None:
    assert ("uv", None) in pins(dev.CORE)
    assert ("hatchling", None) in pins(dev.CORE)


def test_unknown_verb_is_a_sentence_and_exit_code_2() -> None:
    done = run_dev("tset")
    assert done.returncode == 2
    assert "'tset'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--help"], []])
def test_help_names_every_verb_also_where_none_was_given(arguments: list[str]) -> None:
    done = run_dev(*arguments)
    assert done.returncode == 0
    assert [verb for verb in dev.VERBS if f"  {verb} " not in done.stdout] == []


def test_says_when_python_is_too_old() -> None:
    with pytest.raises(dev.DevError, match=r"Python 3\.9\.18 is too old.*3\.11 or newer"):
        dev.require_python((3, 9, 18))


def test_accepts_every_python_that_the_project_does() -> None:
    dev.require_python((3, 11, 0))
    assert PROJECT["project"]["requires-python"] == ">=3.11"


def test_says_when_a_tool_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises(dev.DevError, match=r"nothing cannot be started .*remove \.venv"):
        dev.call([str(tmp_path / "nothing")])


def test_the_processes_of_the_tests_share_their_byte_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "imported.py").write_text("x = 1")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX")
    monkeypatch.setattr(dev, "VENV", tmp_path / "venv")

    dev.keep_byte_code()

    subprocess.run([sys.executable, "-c", "import imported"], cwd=tmp_path, check=True)
    assert len(list((tmp_path / "venv").rglob("imported.*.pyc"))) == 1
    assert not list(tmp_path.glob("__pycache__"))


def test_passes_the_exit_code_of_a_tool_on() -> None:
    assert dev.call([sys.executable, "-c", "raise SystemExit(5)"]) == 5


def test_reports_a_tool_that_a_signal_ended_as_a_shell_does() -> None:
    assert dev.exit_code(-9) == 137


def test_a_failed_step_of_the_installation_ends_it() -> None:
    with pytest.raises(dev.DevError, match="the packages could not be installed"):
        dev.must([sys.executable, "-c", "raise SystemExit(1)"], "the packages could not be installed")


def test_notices_a_change_of_the_lock() -> None:
    assert dev.fingerprint(dev.CORE, sys.executable) != dev.fingerprint(dev.DEV, sys.executable)


def test_says_how_to_get_a_missing_lock_back() -> None:
    with pytest.raises(dev.DevError, match=r"gone\.lock is missing; restore it with: git checkout"):
        dev.fingerprint("gone.lock", sys.executable)


def a_machine_with(folder: Path, **programs: str) -> dict[str, str]:
    """Variables under which only these programs are found: name to what a shell does in its place."""
    for name, script in programs.items():
        program = folder / name.replace("_", "-")
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
    return {"PATH": str(folder)}


def asked_for_a_browser(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(dev.ROOT / "dev.py"), "browser"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=variables)


def test_a_browser_that_is_there_is_not_installed_again(tmp_path: Path) -> None:
    done = asked_for_a_browser(a_machine_with(tmp_path, chromium="exit 0", apt_get="exit 1"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_where_no_browser_can_be_installed_a_sentence_says_what_that_means(tmp_path: Path) -> None:
    done = asked_for_a_browser(a_machine_with(tmp_path))
    assert done.returncode == 2
    assert "take the package chromium of your system" in done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root installs packages")
@pytest.mark.parametrize("code", [0, 100])
def test_a_browser_is_installed_by_the_system(tmp_path: Path, code: int) -> None:
    done = asked_for_a_browser(a_machine_with(tmp_path, apt_get=f'echo "$@" >> {tmp_path}/asked; exit {code}'))
    assert done.returncode == code
    asked = (tmp_path / "asked").read_text("utf-8").splitlines()
    assert asked[0] == "update -qq"
    assert (asked[-1].endswith(" chromium")) is (code == 0)
