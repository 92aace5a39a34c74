"""Files in and out of a compressed archive. What is read may have been made by anybody."""

from __future__ import annotations

import io
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import IO

from attrs import frozen

from tool_sandbox.errors import UsageError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


@frozen(kw_only=True)
class Bounds:
    """What an archive may hold."""

    files: int = 200_000
    bytes: int = 4 * 1024**3
    """Of all files together, unpacked."""


def write_archive(file: IO[bytes], files: Mapping[str, bytes | Path]) -> None:
    """Write an archive that is the same whenever and wherever the same files are packed.

    Args:
        file: Where to.
        files: Contents, or where they are, by name.
    """
    with zstd.open(file, "wb") as packed, tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(files):
            content = files[name]
            data = content.read_bytes() if isinstance(content, Path) else content
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o644
            tar.addfile(member, io.BytesIO(data))


def read_archive(file: IO[bytes], name: str, directory: Path, bounds: Bounds | None = None) -> list[str]:
    """Unpack an archive into a directory of its own, and nowhere else.

    Args:
        file: The archive.
        name: What to call it in messages.
        directory: Where to; nothing else is in it.
        bounds: What it may hold.

    Returns:
        The names of the files.

    Raises:
        UsageError: It is no such archive, is cut short, too large, or holds what is not a plain file below the
            directory.
    """
    bounds, names = bounds or Bounds(), dict[str, Path]()
    left = bounds.bytes
    try:
        with zstd.open(file, "rb") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            for member in tar:
                left -= member.size
                if len(names) >= bounds.files or left < 0:
                    message = f"{name!r} holds more than {bounds.files} files or {bounds.bytes} bytes."
                    raise UsageError(message)
                path = _checked(member, name, names)
                names[path] = directory / path
                _write(tar, member, names[path])
    except (zstd.ZstdError, tarfile.TarError, EOFError) as error:
        message = f"{name!r} is not a file that 'tool_sandbox pack' wrote, or not whole: {error}."
        raise UsageError(message) from error
    return list(names)


def _checked(member: tarfile.TarInfo, name: str, before: Mapping[str, Path]) -> str:
    path = PurePosixPath(member.name)
    parts = path.parts
    plain = all(part not in ("", ".", "..") and ":" not in part and "\\" not in part for part in parts)
    if not member.isreg() or path.is_absolute() or not parts or not plain:
        message = f"{name!r} holds {member.name!r}, which is not a plain file below its own folder; it is not unpacked."
        raise UsageError(message)
    if str(path) in before:
        message = f"{name!r} holds {member.name!r} twice; it is not unpacked."
        raise UsageError(message)
    return str(path)


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    content = tar.extractfile(member)
    assert content is not None  # it is a plain file
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        while block := content.read(1 << 20):
            file.write(block)
