from __future__ import annotations

from pathlib import Path

import pytest

from tool_sandbox.common.yaml_source import MOST_BYTES, YamlSource
from tool_sandbox.errors import SettingsError

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{name}: &{name} {{<<: [{', '.join([f'*{before}'] * 20)}]}}\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


def value(text: str) -> object:
    return YamlSource(text, "mine.yaml", SettingsError).value()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (LAUGHS, "5: its aliases stand for more than"),
        (MERGES, "5: its aliases stand for more than"),
        ("b: 1\na: &a [*a]", "2: nested more than"),
        ("a: &a\n  b: {c: *a}", "1: nested more than"),
        ("x: 1\na: " + "[" * 300 + "]" * 300, "2: nested more than"),
        ("x: 1\na: " + "[" * 5000, "2: this is not YAML"),
        ("- " * 5000 + "x", "1: this is not YAML"),
        ('a: 1\nb: "x\0y"', "2: this is not YAML: the character U+0000"),
        ("a: 1\nb: \ud800", "2: this is not YAML: the character U+D800"),
        ("a:\n\t- b", "2: this is not YAML: found character that cannot start any token. Indent with spaces"),
        ("a: 1\nb: 2\na: 3", "3: the key 'a' stands twice; the first is in line 1"),
        ("a: 1\n---\nb: 2", "2: this is not YAML: but found another document"),
        ("a: 1\nb: !!binary xyz", "2: the tag"),
        ("? [a]\n: 1", "1: a key must be a plain word"),
        ("a: 1\nb: " + "9" * 5000, "2: this is not YAML: this is not a number that JSON can carry"),
        ("a: 1\nb: .inf", "2: this is not YAML: this is not a number that JSON can carry"),
    ],
)
def test_text_that_asks_for_too_much_is_refused_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(SettingsError) as caught:
        value(text)
    assert str(caught.value).startswith(f"mine.yaml:{problem}")
    assert len(str(caught.value)) < 300


def test_aliases_and_merges_of_ordinary_size_are_followed() -> None:
    assert value("a: &a {x: 1}\nb: {<<: *a, y: 2}\nc: [*a, *a]") == {
        "a": {"x": 1},
        "b": {"x": 1, "y": 2},
        "c": [{"x": 1}, {"x": 1}],
    }


def test_a_date_is_text() -> None:
    assert value("a: 2024-10-21\nb: =") == {"a": "2024-10-21", "b": "="}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a: 1\nb: caf\xe9", ":2: this file cannot be read: it is not in UTF-8"),
        ("a: 1".encode("utf-16"), ":1: this file cannot be read: it is not in UTF-8"),
        (b'a: "' + b"x" * MOST_BYTES + b'"', ":1: this file is larger than"),
        (None, ": this file cannot be read: No such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, problem: str) -> None:
    file = tmp_path / "mine.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        YamlSource.of_file(file, SettingsError)
    assert f"mine.yaml{problem}" in str(caught.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        YamlSource.of_file(tmp_path, SettingsError)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert YamlSource.of_file(file, SettingsError).value() == {"a": 1, "b": 2}
