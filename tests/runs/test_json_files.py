from __future__ import annotations

from pathlib import Path

import pytest

from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.json_files import read_json, read_object

TORN = [b"", b"{", b'{"a": 1', b"\xff\xfe", b"[" * 100_000, b"9" * 5000, b'"\\ud8']


@pytest.mark.parametrize("content", TORN)
def test_a_torn_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "run.json"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"run\.json' cannot be read"):
        read_json(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"run\.json' cannot be read: No such file"):
        read_json(tmp_path / "run.json")


@pytest.mark.parametrize("content", ["[]", "5", "null", '"text"'])
def test_what_is_no_object_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "run.json"
    file.write_text(content)
    with pytest.raises(SettingsError, match="expected a JSON object"):
        read_object(file)
