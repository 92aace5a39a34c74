"""YAML that people write, taken in without trust: encoding, size, depth, expansion and keys are looked at first."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from attrs import define, field, frozen

from tool_sandbox.errors import UsageError

MOST_BYTES = 16 * 2**20
"""Larger files are refused unread."""
MOST_LEVELS = 200
"""Deeper nesting, aliases followed, is refused."""
MOST_REPEATED = 100_000
"""Aliases may stand for so many values in all; a file of a few lines can name billions otherwise."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq", "merge")
)
_TEXT_ONLY = frozenset(f"tag:yaml.org,2002:{name}" for name in ("timestamp", "value"))
_TAGS = _CORE | _TEXT_ONLY
_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _PlainLoader(_Loader):  # type: ignore[misc]  # its base is chosen when the module is loaded
    """Dates stay text: settings are written down as JSON, which has none."""

    yaml_implicit_resolvers = {  # noqa: RUF012 -- PyYAML's way
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in _TEXT_ONLY]
        for first, resolvers in _Loader.yaml_implicit_resolvers.items()
    }


class _Constructor(yaml.constructor.SafeConstructor):
    """Numbers are what JSON can carry, or a mistake with a line."""

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        """The number a scalar says."""
        make = self.construct_yaml_int if node.tag.endswith(":int") else self.construct_yaml_float
        try:
            number: int | float = make(node)
        except ValueError as fault:  # more digits than Python reads
            raise _no_number(node) from fault
        if isinstance(number, float) and not math.isfinite(number):
            raise _no_number(node)
        return number

    yaml_constructors = {  # noqa: RUF012 -- PyYAML's way
        **yaml.constructor.SafeConstructor.yaml_constructors,
        "tag:yaml.org,2002:int": construct_number,
        "tag:yaml.org,2002:float": construct_number,
    }


def _no_number(node: yaml.Node) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, "this is not a number that JSON can carry", node.start_mark)


@frozen
class YamlSource:
    """Text of one file or one flag, and how to complain about it.

    Args:
        text: The YAML.
        name: The file or flag, for messages.
        error: What is raised about it.
        numbered: Whether messages give the line; a flag's value has but one.
    """

    text: str = field(repr=False)
    name: str
    error: type[UsageError]
    numbered: bool = True

    @classmethod
    def of_file(cls, path: Path, error: type[UsageError], what: str = "file") -> YamlSource:
        """The text of a file in UTF-8, with or without a byte order mark.

        Raises:
            UsageError: As ``error``: the file cannot be read, is too large or is in another encoding.
        """
        try:
            with path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)  # of a device or a pipe, too, no more than that
        except (OSError, ValueError) as fault:
            message = f"{path}: this {what} cannot be read: {getattr(fault, 'strerror', None) or fault}."
            raise error(message) from fault
        if len(content) > MOST_BYTES:
            message = f"{path}:1: this {what} is larger than {MOST_BYTES // 2**20} MB, so it is not read."
            raise error(message)
        try:
            return cls(content.decode("utf-8-sig"), str(path), error)
        except UnicodeDecodeError as fault:
            line = content.count(b"\n", 0, fault.start) + 1
            message = f"{path}:{line}: this {what} cannot be read: it is not in UTF-8; save it in that encoding."
            raise error(message) from fault

    def nodes(self, loader: Any = _Loader) -> yaml.Node | None:
        """The tree that the text describes, checked; ``None`` when it holds nothing.

        Raises:
            UsageError: As ``error``, with the line: the text is not YAML, or asks for too much.
        """
        try:
            root: yaml.Node | None = yaml.compose(self.text, Loader=loader)
        except (yaml.reader.ReaderError, UnicodeEncodeError) as fault:
            raise self._unprintable() from fault
        except (yaml.YAMLError, RecursionError) as fault:
            raise self._no_yaml(fault) from fault
        if root is not None:
            self.check(root)
        return root

    def value(self) -> Any:
        """What the text says, as JSON-able data: dates stay text.

        Raises:
            UsageError: As ``error``, with the line: the text is not YAML, asks for too much, or holds what JSON lacks.
        """
        root = self.nodes(_PlainLoader)
        if root is None:
            return None
        try:
            return _Constructor().construct_document(root)
        except yaml.YAMLError as fault:
            raise self._no_yaml(fault) from fault

    def check(self, root: yaml.Node) -> None:
        """Make sure that following every alias ends, and soon, and that no key stands twice.

        Raises:
            UsageError: As ``error``, with the line.
        """
        extents: dict[int, _Extent] = {}
        begun: set[int] = set()
        branch = [_Branch(yaml.SequenceNode("", [root]), iter([root]))]
        while branch:
            inmost = branch[-1]
            for node in inmost.left:
                if (known := extents.get(id(node))) is not None:
                    inmost.take(known)
                elif id(node) in begun:
                    problem = f"nested more than {MOST_LEVELS} levels deep: its anchor is used inside itself."
                    raise self.fault(node, problem)
                elif node.tag not in _TAGS:
                    raise self.fault(node, f"the tag {node.tag!r} means nothing here; leave it out.")
                elif isinstance(node, yaml.ScalarNode):
                    extents[id(node)] = _LEAF
                    inmost.size += 1  # four of five nodes come here
                    inmost.levels = inmost.levels or 1
                else:
                    begun.add(id(node))
                    self._check_keys(node)
                    branch.append(_Branch(node, iter(_children(node))))
                    break
            else:
                branch.pop()
                if branch:
                    extents[id(inmost.node)] = extent = inmost.extent()
                    self._check_extent(inmost.node, extent, len(extents))
                    branch[-1].take(extent)

    def fault(self, node: yaml.Node, problem: str) -> UsageError:
        """The error about a place in the text."""
        return self._at(node.start_mark.line, problem)

    def _check_extent(self, node: yaml.Node, extent: _Extent, seen: int) -> None:
        if extent.levels > MOST_LEVELS:
            raise self.fault(node, f"nested more than {MOST_LEVELS} levels deep.")
        if extent.size > seen + MOST_REPEATED:
            raise self.fault(node, f"its aliases stand for more than {MOST_REPEATED:,} values; write fewer of them.")

    def _check_keys(self, node: yaml.Node) -> None:
        if isinstance(node, yaml.MappingNode):
            first: dict[str, yaml.Node] = {}
            for key, _ in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise self.fault(key, "a key must be a plain word.")
                if key.value in first and key.value != "<<":
                    line = first[key.value].start_mark.line + 1
                    raise self.fault(key, f"the key {key.value!r} stands twice; the first is in line {line}.")
                first[key.value] = key

    def _unprintable(self) -> UsageError:
        found = _UNPRINTABLE.search(self.text)
        place = found.start() if found else 0
        what = f"the character U+{ord(self.text[place]):04X}" if found else "a character"
        return self._at(self.text.count("\n", 0, place), f"this is not YAML: {what} cannot stand in it as it is.")

    def _no_yaml(self, fault: Exception) -> UsageError:
        mark = getattr(fault, "problem_mark", None)
        line = mark.line if mark else 0
        problem = getattr(fault, "problem", None) or "it cannot be read"
        lines = self.text.split("\n")
        tab = line < len(lines) and lines[line].lstrip(" ").startswith("\t")
        advice = "Indent with spaces, not with tabs." if tab else "Quote texts that hold : , { } or #."
        return self._at(line, f"this is not YAML: {problem}. {advice}")

    def _at(self, line: int, problem: str) -> UsageError:
        place = f"{self.name}:{line + 1}" if self.numbered else self.name
        return self.error(f"{place}: {problem}")


class _Extent(NamedTuple):
    """How many values a node stands for, itself among them, and over how many levels; aliases followed."""

    size: int
    levels: int


_LEAF = _Extent(1, 1)


@define
class _Branch:
    """A node of which some children are looked through, with what was found of their extent."""

    node: yaml.Node
    left: Iterator[yaml.Node]
    size: int = 0
    levels: int = 0

    def take(self, child: _Extent) -> None:
        """Add a child to what was found."""
        self.size += child.size
        self.levels = max(self.levels, child.levels)

    def extent(self) -> _Extent:
        """That of the node, once no children are left."""
        return _Extent(self.size + 1, self.levels + 1)


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [child for pair in node.value for child in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
