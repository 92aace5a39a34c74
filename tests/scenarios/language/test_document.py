from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.language.document import read_file, read_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: true", True),
        ("a: 12", 12),
        ("a: -1.5", -1.5),
        ("a: 1e3", 1000.0),
        ("a: .inf", float("inf")),
        ("a: ~", None),
        ("a:", None),
        ("a: '+15550100'", "+15550100"),
        ('a: "on"', "on"),
        ("a: plain words", "plain words"),
        ("a: 2026-03-02 09:00", "2026-03-02 09:00"),
    ],
)
def test_values_are_what_they_look_like(text: str, value: Any) -> None:
    found = read_text(text).content["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("a: on", "true or false"),
        ("a: Yes", "true or false"),
        ("a: +15550100", "quote it"),
        ("a: 017", "quote it"),
        ("a: 17:30", "quote it"),
        ("a: 0x1F", "quote it"),
        ("a: 2026-03-02", "date"),
        ("a: 2026-03-02 09:00:00", "date"),
        ("a: Null", "quote the word"),
        ("a: !!python/name:os.system", "tag"),
    ],
)
def test_values_that_yaml_misreads_are_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(ScenarioError, match=advice) as caught:
        read_text(f"x: 1\n{text}", "mine.yaml")
    assert str(caught.value).startswith("mine.yaml:2:")


def test_on_is_a_good_name_for_an_argument() -> None:
    assert read_text("set_wifi_status: {on: true, off: false, yes: 1}").content == {
        "set_wifi_status": {"on": True, "off": False, "yes": 1}
    }


def test_a_repeated_key_is_refused_with_both_lines() -> None:
    with pytest.raises(ScenarioError, match=r"mine\.yaml:3: the key 'a' stands twice; the first is in line 1"):
        read_text("a: 1\nb: 2\na: 3", "mine.yaml")


@pytest.mark.parametrize("text", ["a: {b", "a: {x: said: it is {temperature}}", "\t- a"])
def test_text_that_is_no_yaml_names_the_line(text: str) -> None:
    with pytest.raises(ScenarioError, match=r"mine\.yaml:\d: this is not YAML"):
        read_text(text, "mine.yaml")


def test_an_anchor_inside_itself_is_refused() -> None:
    with pytest.raises(ScenarioError, match="nested more than"):
        read_text("a: &x [*x]")


def test_every_key_and_item_knows_its_line() -> None:
    content = read_text("- a: 1\n- b: 2\n  c: 3").content
    assert content.lines == [1, 2]
    assert content[1].lines == {"b": 2, "c": 3}


def test_an_empty_file_holds_nothing() -> None:
    assert read_text("").content is None


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00bad"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "mine.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ScenarioError, match=r"mine\.yaml(:1)?: this scenario file cannot be read"):
        read_file(file)


def test_json_is_read_with_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "mine.JSON"
    text = '[\n\t{"name": "a \\ud83d\\ude00\\/\\u2028",\n\n\t'
    text += '"count": -1.5E2, "on": false, "none": null,\n"list": [1, {}]}\n]'
    file.write_text(text, encoding="utf-8")

    (entry,) = read_file(file).content

    assert entry == {"name": "a \U0001f600/\u2028", "count": -150.0, "on": False, "none": None, "list": [1, {}]}
    assert entry.lines == {"name": 2, "count": 4, "on": 4, "none": 4, "list": 5}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[\n{"a": 1,}]', "2: this is not JSON"),
        ('{"a": 1,\n"a": 2}', "2: the key 'a' stands twice"),
        ('{"a": NaN}', "1: this is not JSON"),
        ("- a", "1: this is not JSON"),
        ("[" * 100_000, "1: this is not JSON"),
        ("[" * 300 + "]" * 300, "1: nested more than"),
        ("9" * 5000, "1: this is not JSON"),
    ],
)
def test_json_that_is_none_names_the_line(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "mine.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_file(file)
    assert f"mine.json:{problem}" in str(caught.value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(_JSON, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_any_json_is_read_as_it_is(value: Any, indent: int | str | None, plain: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mine.json"
        text = json.dumps(value, indent=indent, ensure_ascii=plain)
        file.write_bytes(text.encode("utf-8", "surrogatepass" if plain else "strict"))
        assert read_file(file).content == value
