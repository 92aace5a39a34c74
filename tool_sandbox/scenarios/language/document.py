"""A YAML file, or one in JSON, read strictly: every value knows its line, and nothing is guessed.

YAML 1.1 turns ``on`` into true, ``+15550100`` into a number, ``17:30`` into 1050 and ``2026-03-02`` into a date, and
lets a repeated key win silently. Here keys are always text, and such values are refused with advice.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NoReturn

import yaml
from attrs import field, frozen

from tool_sandbox.common.yaml_source import YamlSource
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.language.json_nodes import is_json, json_nodes

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "~": None,
    "": None,
    ".inf": float("inf"),
    "-.inf": float("-inf"),
}
_TEXT_TAG = "tag:yaml.org,2002:str"
_ADVICE = {
    "tag:yaml.org,2002:bool": "YAML reads it as true or false; write true or false, or quote the word",
    "tag:yaml.org,2002:int": "YAML reads it as a number; quote it, or write a plain whole number",
    "tag:yaml.org,2002:float": "YAML reads it as a number; quote it, or write a plain decimal number",
    "tag:yaml.org,2002:timestamp": "YAML reads it as a date; quote it, or write {at: '…'} for a point in time",
    "tag:yaml.org,2002:null": "YAML reads it as nothing; quote the word or write null",
}


@frozen
class Place:
    """Where in which file something stands, for messages a person can act on."""

    file: str
    line: int = 1
    entry: str = ""
    key: str = ""

    def error(self, problem: str) -> ScenarioError:
        """The error to raise: file, line, entry and key, then what is wrong."""
        who = f" {self.entry}:" if self.entry else ""
        what = f" {self.key}:" if self.key else ""
        return ScenarioError(f"{self.file}:{self.line}:{who}{what} {problem}")

    def inside(self, key: str, line: int | None = None) -> Place:
        """The place one level deeper."""
        dotted = f"{self.key}{key}" if key.startswith("[") or not self.key else f"{self.key}.{key}"
        return Place(self.file, line or self.line, self.entry, dotted)


class Mapping(dict[str, Any]):
    """A YAML mapping that remembers the line of every key."""

    line: int
    lines: dict[str, int]
    place: Place
    """Known of what ``located`` gives."""

    def __init__(self, values: dict[str, Any], line: int = 1, lines: dict[str, int] | None = None) -> None:
        super().__init__(values)
        self.line = line
        self.lines = lines or {}

    def over(self, other: Mapping) -> Mapping:
        """These values laid over those of ``other``."""
        return Mapping({**other, **self}, self.line, {**other.lines, **self.lines})

    def at(self, *path: str | int) -> Place:
        """The place of something inside, named by keys and positions; what is not there is looked for no further."""
        value: Any = self
        place = self.place
        for step in path:
            if isinstance(value, Sequence) and isinstance(step, int):
                value, place = value[step], place.inside(f"[{step}]", value.lines[step])
            elif isinstance(step, str):
                lines, values = (value.lines, value) if isinstance(value, Mapping) else ({}, {})
                value, place = values.get(step), place.inside(step, lines.get(step))
            # A position in what is not a list: one value stands for a list of one.
            place = value.place if isinstance(value, Mapping) else place
        return place


class Sequence(list[Any]):
    """A YAML list that remembers the line of every item."""

    line: int
    lines: list[int]

    def __init__(self, values: list[Any], line: int = 1, lines: list[int] | None = None) -> None:
        super().__init__(values)
        self.line = line
        self.lines = lines or []


def located(value: Any, place: Place) -> Any:
    """The same value, in which every mapping knows its place.

    Args:
        value: From a document.
        place: Where it stands.
    """
    if isinstance(value, Mapping):
        place = Place(place.file, value.line, place.entry, place.key)
        found = Mapping(value, value.line, value.lines)
        found.place = place
        for key, each in value.items():
            if isinstance(each, (Mapping, Sequence)):
                found[key] = located(each, place.inside(key, value.lines.get(key)))
        return found
    if isinstance(value, Sequence):
        items = Sequence(value, value.line, value.lines)
        for position, each in enumerate(value):
            if isinstance(each, (Mapping, Sequence)):
                items[position] = located(each, place.inside(f"[{position}]", value.lines[position]))
        return items
    return value


@frozen
class Document:
    """One file: its name for messages, its content, and where it stands, unless it is a text."""

    file: str
    content: Any = field(repr=False)
    path: Path | None = None

    def place(self) -> Place:
        """The top of the file."""
        return Place(self.file, getattr(self.content, "line", 1))


def read_file(path: Path) -> Document:
    """Read a file in YAML or, when its name ends so, in JSON.

    Raises:
        ScenarioError: The file cannot be read, is not YAML, or holds a value that YAML would misread.
    """
    source = YamlSource.of_file(path, ScenarioError, "scenario file")
    root = json_nodes(source) if is_json(path) else source.nodes()
    return _document(source.name, root, path)


def read_text(text: str, file: str = "<text>") -> Document:
    """Read YAML text; ``file`` names it in messages."""
    return _document(file, YamlSource(text, file, ScenarioError).nodes())


def _document(file: str, root: yaml.Node | None, path: Path | None = None) -> Document:
    return Document(file, None if root is None else _Converter(file).value(root), path)


@frozen
class _Converter:
    file: str

    def value(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            items = [self.value(item) for item in node.value]
            return Sequence(items, _line(node), [_line(item) for item in node.value])
        assert isinstance(node, yaml.ScalarNode)
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode) -> Mapping:
        values = {key.value: self.value(value) for key, value in node.value}
        return Mapping(values, _line(node), {key.value: _line(key) for key, _ in node.value})

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text = str(node.value)
        if node.style:
            return text
        if _DECIMAL.match(text):
            return int(text) if _INTEGER.match(text) else float(text)
        if node.tag != _TEXT_TAG and text not in _WORDS:
            self._refuse(node, f"{text!r} is not what it looks like: {_ADVICE[node.tag]}.")
        return text if node.tag == _TEXT_TAG else _WORDS[text]

    def _refuse(self, node: yaml.Node, problem: str) -> NoReturn:
        raise Place(self.file, _line(node)).error(problem)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
