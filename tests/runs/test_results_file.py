"""The file with the results of a run that is elsewhere."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from upath import UPath

from tests.runs.samples import scored
from tool_sandbox.runs.result_lines import line_of
from tool_sandbox.runs.results_file import ResultsFile

pytestmark = pytest.mark.filterwarnings("ignore:UPath 'wholefiles' filesystem not explicitly implemented")
SEVERAL = [scored("a"), scored("b"), scored("c")]


class WholeFiles(MemoryFileSystem):  # type: ignore[misc]  # fsspec is not typed
    """A store without appending, as some are."""

    protocol = "wholefiles"
    store: dict[str, Any] = {}  # noqa: RUF012 -- as in the class above, which shares its own

    def _open(self, path: str, mode: str = "rb", **more: Any) -> Any:
        if "a" in mode:
            raise NotImplementedError(mode)
        return super()._open(path, mode=mode, **more)


@pytest.fixture(params=["memory", "wholefiles"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UPath:
    """Where there is no file yet; temporary files are in a folder that is empty."""
    fsspec.register_implementation("wholefiles", WholeFiles, clobber=True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = UPath(f"{request.param}://{uuid4()}")
    folder.mkdir(parents=True)
    return folder / "results.jsonl"


def test_what_was_added_is_there_and_is_read_again_from_this_machine(place: UPath) -> None:
    file = ResultsFile(place)
    places = [*file.append(SEVERAL[:2]), *file.append(SEVERAL[2:])]

    assert place.read_bytes() == b"".join(map(line_of, SEVERAL))
    assert ResultsFile(place).read(lambda _result: True) == SEVERAL
    lines = file.lines()
    place.unlink()
    assert [lines.result(at) for at in places] == SEVERAL


def test_another_process_goes_on_where_the_first_one_stopped(place: UPath) -> None:
    ResultsFile(place).append(SEVERAL[:2])

    file = ResultsFile(place)
    (at,) = file.append(SEVERAL[2:])

    assert file.lines().result(at) == SEVERAL[2]
    assert place.read_bytes() == b"".join(map(line_of, SEVERAL))


def test_what_is_written_anew_is_added_to(place: UPath) -> None:
    ResultsFile(place).append(SEVERAL)
    file = ResultsFile(place)

    kept = file.rewrite(file.read(lambda result: result.name != "b"))
    (at,) = file.append([scored("d")])

    assert kept == [SEVERAL[0], SEVERAL[2]]
    assert file.lines().result(at) == scored("d")
    assert place.read_bytes() == b"".join(map(line_of, [SEVERAL[0], SEVERAL[2], scored("d")]))


def test_no_temporary_file_is_left(place: UPath, tmp_path: Path) -> None:
    file = ResultsFile(place)
    file.append(SEVERAL)
    assert file.read(lambda _result: True) == SEVERAL
    assert len(list(tmp_path.iterdir())) == 1
    del file
    assert list(tmp_path.iterdir()) == []
