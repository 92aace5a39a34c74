"""What becomes of a command whose standard streams, directory or home are not as they should be."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import EASY, ROOT, run_directory
from tests.waiting import HANG

FULL = Path("/dev/full")
RUN = ["run", "-a", "nop", "-s", EASY[0], "-o", "OUT"]


def shell(line: str, *arguments: str, out: Path, environment: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, output and errors of a line of sh in which ``$@`` is the command."""
    command = [sys.executable, "-m", "tool_sandbox", *(str(out) if each == "OUT" else each for each in arguments)]
    finished = subprocess.run(
        ["/bin/sh", "-c", line, "sh", *command],
        cwd=out.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG,
    )
    assert "Traceback" not in finished.stderr
    return finished.returncode, finished.stdout, finished.stderr


@pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full")
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('exec "$@" >&-', "it is closed"),
        ('exec "$@" >/dev/full', "No space left on device"),
        ('exec "$@" >&- <&-', "it is closed"),
        ('exec "$@" 2>/dev/full', None),
        ('exec "$@" >&- 2>&-', None),
        ('mkdir gone && cd gone && rmdir ../gone && exec "$@"', None),
        ('unset HOME; exec "$@"', None),
    ],
)
def test_a_run_plays_to_its_end(tmp_path: Path, line: str, reason: str | None) -> None:
    code, _, err = shell(line, *RUN, out=tmp_path / "runs")

    (result,) = (run_directory(tmp_path / "runs") / "results.jsonl").read_text().splitlines()
    assert json.loads(result)["status"] == "scored"
    assert code == 0
    assert (reason or "") in err


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit of that kind")
def test_where_there_is_no_room_for_a_run_it_says_where_and_leaves_nothing(tmp_path: Path) -> None:
    code, _, err = shell('ulimit -f 0; exec "$@"', *RUN, out=tmp_path / "runs")

    assert code == 2
    assert re.fullmatch(
        rf"tool_sandbox: cannot write to '{tmp_path}/runs/\S+': .*. Choose another directory with -o.\n", err
    )
    assert [path for path in (tmp_path / "runs").iterdir() if path.name != "latest"] == []


@pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("line", ['exec "$@" >&-', 'exec "$@" >/dev/full'])
def test_a_command_that_only_prints_says_that_it_could_not(tmp_path: Path, line: str) -> None:
    code, _, err = shell(line, "list", out=tmp_path)

    assert code == 2
    assert err.startswith("tool_sandbox: standard output cannot be written")


def test_a_reader_that_has_seen_enough_changes_nothing(tmp_path: Path) -> None:
    line = '{ "$@"; echo "code $?" >&2; } | head -1'
    _, out, err = shell(line, "list", out=tmp_path)

    assert len(out.splitlines()) == 1
    assert err == "code 0\n"


def test_a_directory_that_is_gone_is_named_when_it_is_needed(tmp_path: Path) -> None:
    line = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    code, _, err = shell(line, "run", "-a", "nop", "-s", EASY[0], "-o", "runs", out=tmp_path)

    assert code == 2
    assert "runs" in err or "current directory" in err
