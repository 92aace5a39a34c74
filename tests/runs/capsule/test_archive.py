"""An archive that anybody may have made is unpacked below its own folder, or not at all."""

from __future__ import annotations

import io
import sys
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.errors import UsageError
from tool_sandbox.runs.capsule.archive import Bounds, read_archive, write_archive

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def packed(*members: tarfile.TarInfo, content: bytes = b"text") -> bytes:
    file = io.BytesIO()
    with zstd.open(file, "wb") as out, tarfile.open(fileobj=out, mode="w|") as tar:
        for member in members:
            member.size = len(content) if member.isreg() else 0
            tar.addfile(member, io.BytesIO(content))
    return file.getvalue()


def named(name: str) -> tarfile.TarInfo:
    return tarfile.TarInfo(name)


def linked(kind: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo("link")
    member.type, member.linkname = kind, "/etc/passwd"
    return member


def unpack(data: bytes, directory: Path, bounds: Bounds | None = None) -> list[str]:
    return read_archive(io.BytesIO(data), "run.tar.zst", directory, bounds)


def test_what_was_written_comes_back_and_is_the_same_each_time(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("on the disk")
    files: dict[str, bytes | Path] = {"b/two.txt": b"in memory", "a.txt": tmp_path / "one.txt"}
    first, second = io.BytesIO(), io.BytesIO()
    write_archive(first, files)
    write_archive(second, dict(reversed(files.items())))

    assert first.getvalue() == second.getvalue()
    assert unpack(first.getvalue(), tmp_path / "into") == ["a.txt", "b/two.txt"]
    assert (tmp_path / "into/a.txt").read_text() == "on the disk"
    assert (tmp_path / "into/b/two.txt").read_text() == "in memory"


@pytest.mark.parametrize(
    "member",
    [
        *map(named, ["../out", "a/../../out", "/etc/out", "a\\..\\out", "C:/out", "..", "."]),
        *map(linked, [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE]),
    ],
    ids=lambda member: f"{member.name} {member.type.decode()}",
)
def test_nothing_is_written_elsewhere(tmp_path: Path, member: tarfile.TarInfo) -> None:
    into = tmp_path / "deep" / "into"
    with pytest.raises(UsageError, match="is not a plain file below its own folder"):
        unpack(packed(named("fine"), member), into)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [into / "fine"]


@given(st.text(min_size=1).filter(lambda name: "\0" not in name))
def test_whatever_a_file_is_called_it_is_below_the_folder_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    base = tmp_path_factory.mktemp("any")
    try:
        data = packed(named(name))
    except (UnicodeError, ValueError):
        return
    with suppress(UsageError, OSError):  # a name that the file system does not take
        unpack(data, base / "into")
    written = [path for path in base.rglob("*") if path.is_file()]
    assert all(path.is_relative_to(base / "into") for path in written)
    assert len(written) <= 1


@pytest.mark.parametrize("bounds", [Bounds(files=1), Bounds(bytes=7)], ids=["files", "bytes"])
def test_what_is_too_large_is_not_unpacked_to_its_end(tmp_path: Path, bounds: Bounds) -> None:
    with pytest.raises(UsageError, match="holds more than"):
        unpack(packed(named("one"), named("two"), named("three")), tmp_path, bounds)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize(
    "broken",
    [
        lambda _data: b"",
        lambda _data: b"text",
        lambda data: data[: len(data) // 2],
        lambda data: zstd.compress(zstd.decompress(data)[:700]),
        lambda _data: zstd.compress(b"no tar"),
    ],
    ids=["empty", "text", "cut", "cut inside", "no tar"],
)
def test_what_is_no_archive_or_not_whole_says_so(tmp_path: Path, broken: Callable[[bytes], bytes]) -> None:
    data = broken(packed(named("one"), content=bytes(range(256)) * 8))
    with pytest.raises(UsageError, match="is not a file that 'tool_sandbox pack' wrote, or not whole"):
        unpack(data, tmp_path)


def test_a_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="twice"):
        unpack(packed(named("one"), named("one")), tmp_path)
