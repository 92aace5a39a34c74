from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from tool_sandbox.blame import place_in_own_code
from tool_sandbox.runs.outcomes import Failure


def _raised(path: Path, source: str) -> BaseException:
    path.write_text(source)
    module = ModuleType("own")
    with pytest.raises(Exception) as caught:
        exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102 -- a file of the test's own
    return caught.value


def test_the_innermost_line_of_ones_own_is_named_not_the_librarys_beneath_it(tmp_path: Path) -> None:
    own = tmp_path / "own.py"
    error = _raised(own, "import json\n\ndef read():\n    return json.loads('{')\n\nread()\n")

    assert isinstance(error, json.JSONDecodeError)
    assert place_in_own_code(error) == f"{own}:4"
    assert Failure.of(error).error["where"] == f"{own}:4"


def test_an_installed_library_is_named_only_when_there_is_nothing_else(tmp_path: Path) -> None:
    installed = tmp_path / "site-packages" / "lib.py"
    installed.parent.mkdir()
    alone = _raised(installed, "1 / 0\n").with_traceback(None)
    assert place_in_own_code(alone) is None

    with pytest.raises(ZeroDivisionError) as caught:
        exec(compile("1 / 0", str(installed), "exec"))  # noqa: S102 -- a line of the test's own
    assert str(place_in_own_code(caught.value)).startswith(f"{__file__}:")


def test_code_without_a_file_is_no_place() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        exec("1 / 0", {})  # noqa: S102 -- a line of the test's own
    tail = caught.value.__traceback__
    assert tail is not None
    assert place_in_own_code(caught.value.with_traceback(tail.tb_next)) is None
