"""Files that are written in one step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tool_sandbox.runs.whole_files import write_whole


def test_a_file_that_cannot_be_made_stays_as_it_was_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"half of it"
        raise OSError(28, "No space left on device")

    path = tmp_path / "summary.json"
    write_whole(path, [b"whole"])
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, parts())

    assert path.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [path]
