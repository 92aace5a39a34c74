from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from tool_sandbox.common.signatures.tool_rules import check_there_are_tools, check_tools
from tool_sandbox.errors import UsageError

HEAD = "from tool_sandbox.common.tool import register_as_tool\n"
LONG = "a" * 65
numbers = itertools.count()


@pytest.fixture
def names() -> Iterator[list[str]]:
    made: list[str] = []
    yield made
    for name in made:
        sys.modules.pop(name)


def module_of(text: str, file: Path, names: list[str]) -> ModuleType:
    """A module as it is when its file was loaded."""
    module = ModuleType(f"users_tools_{next(numbers)}")
    sys.modules[module.__name__] = module
    names.append(module.__name__)
    exec(compile(HEAD + dedent(text), str(file), "exec"), vars(module))  # noqa: S102 -- as users' code is
    return module


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f"@register_as_tool()\ndef {LONG}(): ...", 2, f"providers refuse the tool name '{LONG}'"),
        ("@register_as_tool()\ndef grüße(): ...", 2, "providers refuse the tool name 'grüße'"),
        ("@register_as_tool(name='a b')\ndef a(): ...", 2, "providers refuse the tool name 'a b'"),
        ("@register_as_tool()\ndef a(x, /): ...", 2, "but 'x' of the tool 'a' is positional-only"),
        ("@register_as_tool()\ndef a(größe: int): ...", 2, "the parameter name 'größe' of the tool 'a'"),
        ("@register_as_tool()\ndef a():\n    yield 1", 2, "the tool 'a' yields"),
        ("@register_as_tool()\nasync def a():\n    yield 1", 2, "the tool 'a' yields"),
        (
            "class C: ...\n@register_as_tool()\ndef a(c: C): ...",
            3,
            "a model cannot give the parameter 'c' of the tool 'a'",
        ),
        ("class C:\n    @register_as_tool()\n    def a(self): ...", 3, "C.a is marked as a tool"),
        ("class C:\n    @staticmethod\n    @register_as_tool()\n    def a(): ...", 3, "C.a is marked as a tool"),
        (
            "@register_as_tool()\ndef set_wifi_status(): ...",
            2,
            "'set_wifi_status' is taken by one of the bundled tools",
        ),
    ],
)
def test_a_tool_that_cannot_work_is_refused_with_file_and_line(
    tmp_path: Path, names: list[str], text: str, line: int, words: str
) -> None:
    file = tmp_path / "own.py"
    module = module_of(text, file, names)
    check_there_are_tools("own.py", [module])
    with pytest.raises(UsageError) as caught:
        check_tools([module])
    assert str(caught.value).startswith(f"{file}:{line}: ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        f"@register_as_tool()\ndef {LONG[:64]}(): ...",
        "@register_as_tool(name='a-tool')\ndef grüße(): ...",
        "@register_as_tool()\ndef a(*args, **kwargs): ...",
        "@register_as_tool()\ndef a(x, y=object(), *, z): ...",
        "@register_as_tool()\nasync def a(): ...",
        "class C: ...\n@register_as_tool()\ndef a(c: C = None): ...",
        "@register_as_tool()\ndef a(c: 'NoSuchName'): ...",
        "class C:\n    @register_as_tool()\n    def a(self): ...\na = C().a",
        "from functools import partial\ndef f(x, y): ...\na = register_as_tool()(partial(f, 1))",
        "class C:\n    def __call__(self, x: int): ...\na = register_as_tool()(C())",
        "from tool_sandbox.tools.contact import add_contact\n@register_as_tool()\ndef a(): ...",
    ],
)
def test_a_tool_that_works_passes(tmp_path: Path, names: list[str], text: str) -> None:
    module = module_of(text, tmp_path / "own.py", names)
    check_there_are_tools("own.py", [module])
    check_tools([module])


def test_a_second_tool_of_the_same_name_is_refused_with_the_place_of_the_first(
    tmp_path: Path, names: list[str]
) -> None:
    text = "@register_as_tool()\ndef a(): ..."
    first, second = (module_of(text, tmp_path / name, names) for name in ("one.py", "two.py"))
    with pytest.raises(UsageError, match=r"two\.py:2: the tool name 'a' is taken by the tool in .*one\.py:2;"):
        check_tools([first, second])
    check_tools([first, first])


@pytest.mark.parametrize(
    "text",
    [
        "def a(): ...",
        "from tool_sandbox.tools.contact import add_contact",
        "def logged(f):\n    return lambda: f()\n@logged\n@register_as_tool()\ndef a(): ...",
    ],
)
def test_code_without_a_tool_is_refused_and_told_what_marks_one(tmp_path: Path, names: list[str], text: str) -> None:
    module = module_of(text, tmp_path / "own.py", names)
    with pytest.raises(UsageError, match=r"'own\.py' defines no tool.*@register_as_tool\(\)"):
        check_there_are_tools("own.py", [module])
