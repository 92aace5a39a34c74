"""JSON as the tree that YAML has, so that every value knows its line there, too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import yaml

from tool_sandbox.common.yaml_source import YamlSource

_TOKEN = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*"|[^\s,:\[\]{}"]+|\n')
_TEXT, _MAPPING, _LIST = (f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq"))
_WORDS = {"true": "tag:yaml.org,2002:bool", "false": "tag:yaml.org,2002:bool", "null": "tag:yaml.org,2002:null"}


def is_json(path: Path) -> bool:
    """Whether a file's name says that it is in JSON."""
    return path.suffix.lower() == ".json"


def json_nodes(source: YamlSource) -> yaml.Node | None:
    """The tree that JSON text describes; ``None`` when it holds nothing.

    Raises:
        UsageError: As the source's error, with the line: the text is not JSON, nests too deeply, or repeats a key.
    """
    if not source.text.strip():
        return None
    try:
        json.loads(source.text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        message = f"{source.name}:{error.lineno}: this is not JSON: {error.msg}."
        raise source.error(message) from error
    except (ValueError, RecursionError) as error:
        message = f"{source.name}:1: this is not JSON that can be read: {_reason(error)}."
        raise source.error(message) from error
    (root,) = _Builder(source).nodes()
    source.check(root)
    return root


class _Builder:
    """Makes nodes of text that is known to be JSON, so that a list of its pieces is enough."""

    def __init__(self, source: YamlSource) -> None:
        self._source = source
        self._line = 0

    def nodes(self) -> list[yaml.Node]:
        """The one value at the top."""
        pieces = self._pieces()
        open_lists: list[tuple[str, yaml.Mark, list[yaml.Node]]] = []
        values: list[yaml.Node] = []
        for piece in pieces:
            if piece in "[{":
                open_lists.append((piece, self._mark(), values))
                values = []
            elif piece in "]}":
                bracket, mark, outer = open_lists.pop()
                outer.append(_collection(bracket, mark, values))
                values = outer
            else:
                values.append(self._scalar(piece))
        return values

    def _pieces(self) -> Iterator[str]:
        for piece in _TOKEN.findall(self._source.text):
            if piece == "\n":
                self._line += 1
            else:
                yield piece

    def _scalar(self, piece: str) -> yaml.Node:
        if piece.startswith('"'):
            return yaml.ScalarNode(_TEXT, json.loads(piece), self._mark(), None, style='"')
        kind = "float" if set(piece) & set(".eE") else "int"
        return yaml.ScalarNode(_WORDS.get(piece, f"tag:yaml.org,2002:{kind}"), piece, self._mark())

    def _mark(self) -> yaml.Mark:
        return yaml.Mark(self._source.name, 0, self._line, 0, None, 0)


def _collection(bracket: str, mark: yaml.Mark, values: list[yaml.Node]) -> yaml.Node:
    if bracket == "[":
        return yaml.SequenceNode(_LIST, values, mark)
    return yaml.MappingNode(_MAPPING, list(zip(values[::2], values[1::2], strict=True)), mark)


def _refuse(word: str) -> NoReturn:
    message = f"{word} is not a number"
    raise ValueError(message)


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
