from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from tool_sandbox.common.unit_registry import unit_registry

CODE = """
from tool_sandbox.common.unit_registry import unit_registry
print(unit_registry().Quantity(3, "mile").to("meter").magnitude)
"""


def units_folder() -> Path:
    return platformdirs.user_cache_path("tool_sandbox") / "units"


def in_meters() -> float:
    return float(unit_registry().Quantity(3, "mile").to("meter").magnitude)


def kept_files() -> list[Path]:
    return sorted(path for path in units_folder().rglob("*") if path.is_file())


def test_definitions_that_were_kept_give_the_same_units() -> None:
    first = unit_registry()
    kept = kept_files()

    again = unit_registry()

    assert kept
    assert kept_files() == kept
    assert again.Quantity(1, "fathom").to("inch").magnitude == first.Quantity(1, "fathom").to("inch").magnitude
    assert str(again.Unit("kph")) == str(first.Unit("kph")) == "kilometer_per_hour"


def test_processes_that_begin_together_leave_one_whole_set() -> None:
    started = [subprocess.Popen([sys.executable, "-c", CODE], stdout=subprocess.PIPE, text=True) for _ in range(3)]

    said = [process.communicate()[0].strip() for process in started]

    assert said == ["4828.032"] * 3
    assert len(list(units_folder().iterdir())) == 1
    assert in_meters() == pytest.approx(4828.032)


@pytest.mark.parametrize("content", [b"", b"half of a pi"])
def test_definitions_that_cannot_be_read_are_read_anew_and_kept_again(content: bytes) -> None:
    in_meters()
    whole = {path: path.stat().st_size for path in kept_files()}
    for path in whole:
        path.write_bytes(content)

    assert in_meters() == pytest.approx(4828.032)
    in_meters()

    assert {path: path.stat().st_size for path in kept_files()} == whole


def _a_file(cache: Path) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text("no folder")


def _nobody_may_write(cache: Path) -> None:
    cache.mkdir(parents=True)
    cache.chmod(0o500)


@pytest.mark.parametrize("prepare", [_a_file, _nobody_may_write])
def test_where_nothing_can_be_kept_units_are_converted_all_the_same(prepare: Callable[[Path], None]) -> None:
    prepare(platformdirs.user_cache_path("tool_sandbox"))

    assert in_meters() == pytest.approx(4828.032)


def test_without_a_home_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "~/.cache")  # as it is where nobody knows what ~ stands for

    assert in_meters() == pytest.approx(4828.032)
    assert list(tmp_path.iterdir()) == []


class _Touches:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.skipif(sys.platform == "win32", reason="there everybody's cache is in a folder of their own")
def test_what_others_can_have_written_is_not_read(tmp_path: Path) -> None:
    in_meters()
    for path in kept_files():
        path.write_bytes(pickle.dumps(_Touches(tmp_path / "ran")))
        path.parent.chmod(0o777)

    assert in_meters() == pytest.approx(4828.032)
    assert not (tmp_path / "ran").exists()
