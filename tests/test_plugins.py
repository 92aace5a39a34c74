from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

import tool_sandbox.common.tool  # what users' code imports  # noqa: F401 -- it must be loaded before the test looks
from tool_sandbox.errors import UsageError
from tool_sandbox.folder_imports import UsersPackage, shown_name
from tool_sandbox.plugins import is_reference, load_modules, load_reference


@pytest.fixture(autouse=True)
def the_import_system_stays_as_it_is() -> Iterator[None]:
    """Loading leaves nothing behind but modules under private names."""
    path, finders, modules = list(sys.path), list(sys.meta_path), dict(sys.modules)
    yield
    assert (sys.path, sys.meta_path) == (path, finders)
    assert all(sys.modules[name] is module for name, module in modules.items())
    unknown = {name for name in sys.modules if name not in modules and not name.startswith("_tool_sandbox_user_")}
    assert not {name.partition(".")[0] for name in unknown} - sys.stdlib_module_names - {"tool_sandbox"}


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        file = folder / name.replace("__dot__", "/").replace("__init", "__init__")
        file = file.with_name(f"{file.name}.py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
    return folder


def loaded(source: Path) -> dict[str, object]:
    """Every value X of what is loaded, by the name of its module."""
    return {shown_name(module.__name__): vars(module).get("X") for module in load_modules(str(source), "tools")}


def test_a_file_is_one_module(tmp_path: Path) -> None:
    write(tmp_path, mine="X = 1", other="raise RuntimeError('not asked for')")
    assert loaded(tmp_path / "mine.py") == {"mine": 1}


def test_a_folder_of_plain_files_is_all_of_them_in_order_of_names(tmp_path: Path) -> None:
    write(tmp_path, two="X = 2", one="X = 1", deep__dot__three="X = 3")
    (tmp_path / "notes.txt").write_text("no code")
    assert loaded(tmp_path) == {"one": 1, "two": 2, "deep.three": 3}


def test_a_package_is_itself_and_all_below_it(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", __init="X = 0", one="X = 1", deep__dot____init="X = 'd'", deep__dot__two="X = 2")
    assert loaded(folder) == {"mine": 0, "mine.one": 1, "mine.deep": "d", "mine.deep.two": 2}


def test_programs_caches_hidden_folders_and_environments_are_no_tools(tmp_path: Path) -> None:
    bad = "raise RuntimeError('not meant')"
    write(tmp_path, one="X = 1", setup=bad, __main__=bad)
    write(tmp_path / ".hidden", bad=bad)
    write(tmp_path / "__pycache__", bad=bad)
    write(tmp_path / "venv", bad=bad)
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    assert loaded(tmp_path) == {"one": 1}


@pytest.mark.parametrize("name", ["my-tools", "2fa", "my tools", "my.tools", "größe", "class", "json", "tool_sandbox"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").write_text("import json\nimport tool_sandbox.errors\nX = json.loads('1')\n")
    assert list(loaded(tmp_path).values()) == [1]
    assert list(loaded(tmp_path / f"{name}.py").values()) == [1]


@pytest.mark.parametrize(
    "statement",
    [
        "from helper import X",
        "import helper\nX = helper.X",
        "import helper as h\nX = h.X",
        "from . import helper\nX = helper.X",
        "from .helper import X",
        "from mine.helper import X",
        "from mine import helper\nX = helper.X",
        "import mine.helper\nX = mine.helper.X",
        "import mine.helper as h\nX = h.X",
        "from deep.below import X",
        "import deep.below\nX = deep.below.X",
        "from deep import below\nX = below.X",
        "X = __import__('helper').X",
        "def later():\n    from helper import X\n    return X\nX = later()",
        "try:\n    import no_such_module\nexcept ImportError:\n    from helper import X",
        "from calendar import FOR_TOOLS as X",
    ],
)
@pytest.mark.parametrize("package", [True, False])
def test_files_import_their_neighbours_however_they_write_it(tmp_path: Path, statement: str, package: bool) -> None:
    folder = write(tmp_path / "mine", helper="X = 'helped'", deep__dot__below="from helper import X", one=statement)
    write(folder, calendar="FOR_TOOLS = 'helped'")
    if package:
        write(folder, __init="")
    assert loaded(folder / "one.py") == {"one": "helped"}
    assert {name: value for name, value in loaded(folder).items() if name.endswith("one")} == {
        "mine.one" if package else "one": "helped"
    }


def test_names_of_the_standard_library_and_ours_keep_their_meaning_beside_files_of_that_name(tmp_path: Path) -> None:
    text = "import random, json, tool_sandbox.common.tool\nX = json.dumps(random.Random(1).choice([2]))"
    write(tmp_path, random="X = 1", json="X = 1", one=text, common="X = 1")
    assert loaded(tmp_path)["one"] == "2"


def test_a_folder_without_code_of_its_own_does_not_hide_an_installed_package(tmp_path: Path) -> None:
    write(tmp_path, one="import attrs\nX = attrs.__name__", attrs__dot__notes="X = 1")
    assert loaded(tmp_path)["one"] == "attrs"


def test_what_is_imported_later_is_found_later(tmp_path: Path) -> None:
    write(tmp_path, one="def later():\n    from late import X\n    return X\n", late="X = 'late'")
    [module] = load_modules(str(tmp_path / "one.py"), "tools")
    assert module.later() == "late"


def test_classes_find_their_module(tmp_path: Path) -> None:
    text = """
    from __future__ import annotations
    from dataclasses import dataclass
    from typing import get_type_hints

    @dataclass
    class Order:
        item: Item

    class Item: ...

    X = get_type_hints(Order)["item"] is Item
    """
    assert loaded(write(tmp_path, one=text) / "one.py") == {"one": True}


def test_a_file_changed_within_a_second_is_read_anew_and_no_bytecode_is_left(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path, one=f"X = {number}")
        os.utime(tmp_path / "one.py", (1, 1))
        assert loaded(tmp_path) == {"one": number}
    assert list(tmp_path.iterdir()) == [tmp_path / "one.py"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("x = 1\ny = x / 0", "line 2: ZeroDivisionError: division by zero"),
        ("x = 1\ny = (", "line 2: SyntaxError: '(' was never closed"),
        ("import no_such_module", "line 1: ModuleNotFoundError: No module named 'no_such_module'"),
        ("from helper import nothing", "line 1: ImportError: cannot import name 'nothing'"),
        ("import json\njson.loads('{')", "line 2: JSONDecodeError"),
        ("raise SystemExit(0)", "line 1: SystemExit: the code wants to exit with 0"),
        ("import sys\nsys.exit()", "line 2: SystemExit: the code wants to exit with None"),
        ("raise KeyboardInterrupt", "line 1: KeyboardInterrupt"),
        ("def f():\n    raise KeyboardInterrupt\nf()", "line 2: KeyboardInterrupt"),
        ("raise GeneratorExit", "line 1: GeneratorExit"),
        ("class Odd(BaseException): ...\nraise Odd('a\\nb')", "line 2: Odd: a b"),
        ("x = '\\0'\n\0", "SyntaxError"),
    ],
)
def test_code_that_fails_is_one_message_with_file_and_line(tmp_path: Path, code: str, words: str) -> None:
    write(tmp_path, helper="")
    (tmp_path / "bad.py").write_text(code)
    before = set(sys.modules)
    for source in (tmp_path, tmp_path / "bad.py"):
        with pytest.raises(UsageError) as caught:
            load_modules(str(source), "tools")
        assert str(caught.value).startswith(f"Loading tools from {str(source)!r} failed")
        assert words in str(caught.value)
        assert "bad.py" in str(caught.value)
    assert not {name for name in set(sys.modules) - before if name.startswith("_tool_sandbox_user_")}


def test_a_failure_below_a_neighbour_names_the_neighbour(tmp_path: Path) -> None:
    write(tmp_path, one="import two", two="\n\nraise OSError('gone')")
    with pytest.raises(UsageError, match=r"two\.py, line 3: OSError: gone"):
        load_modules(str(tmp_path / "one.py"), "tools")


def test_a_persons_interrupt_while_code_is_loaded_ends_the_loading(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nfor _ in range(1000): pass\n"
    )
    code = f"from tool_sandbox.plugins import load_modules; load_modules({str(tmp_path)!r}, 'tools')"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.stderr.strip().endswith("KeyboardInterrupt")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("missing.py", "There is no file"),
        ("missing", "There is no module 'missing'"),
        ("missing/folder", "There is nothing at"),
        ("empty", "holds no Python file"),
        ("notes.txt", "is not a Python file"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, problem: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=problem):
        load_modules(source, "tools")


@pytest.mark.parametrize("reference", ["own.py:Mine", "./own.py:Mine", "folder:Mine", "json:loads", "own.py"])
def test_a_name_in_code_is_a_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str) -> None:
    write(tmp_path, own="")
    write(tmp_path / "folder", own="")
    monkeypatch.chdir(tmp_path)
    assert is_reference(reference)


@pytest.mark.parametrize(
    "name",
    ["openai/gpt-5", "ollama/llama3:8b", "bedrock/anthropic.claude-v2:1", "ft:gpt-4o:org", "local:qwen", "oracle"],
)
def test_a_model_is_no_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "ollama" / "llama3").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert not is_reference(name)


def test_a_reference_is_what_it_names(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "my agents", own="from other import helped\nclass Mine:\n    x = helped", other="helped = 1"
    )
    for place in (folder / "own.py", folder):
        assert load_reference(f"{place}:Mine", "role").x == 1
    assert load_reference("json:loads", "role") is __import__("json").loads


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        ("own.py:Mein", "there is no 'Mein'; it defines Mine, Other"),
        ("own.py", "say what in it is meant, such as 'own.py:Mine'"),
        ("nosuch.py:Mine", "There is no file 'nosuch.py'"),
        ("folder:Mine", "several files of 'folder' define 'Mine'"),
        ("bad.py:Mine", r"bad\.py, line 1: SystemExit"),
    ],
)
def test_a_reference_that_means_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str, problem: str
) -> None:
    write(tmp_path, own="class Mine: ...\nclass Other: ...", bad="exit(3)")
    write(tmp_path / "folder", a="class Mine: ...", b="class Mine: ...")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=problem):
        load_reference(reference, "role")


def test_sources_of_one_folder_share_what_they_import(tmp_path: Path) -> None:
    write(tmp_path, one="class X: ...", two="from one import X")
    together: dict[Path, UsersPackage] = {}
    sources = (tmp_path / "one.py", tmp_path / "two.py", tmp_path)
    found = [module.X for source in sources for module in load_modules(str(source), "tools", together)]
    assert len(found) == 4
    assert len(set(found)) == 1
