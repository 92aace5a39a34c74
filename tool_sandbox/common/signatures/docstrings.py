"""What a docstring says about a function and its parameters."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from attrs import frozen

_SECTIONS = ("Args:", "Arguments:", "Returns:", "Example:", "Examples:", "Raises:", "Yields:")
_ARGUMENT_SECTIONS = ("Args:", "Arguments:")
_ENTRY = re.compile(r"\*{0,2}(?P<name>\w+)\s*(?:\(.*?\))?\s*:\s*(?P<text>.*)")


@frozen
class Described:
    """A docstring taken apart.

    Args:
        description: What the function does.
        arguments: What each parameter is.
    """

    description: str
    arguments: dict[str, str]


def described(docstring: str, parameter_names: Collection[str]) -> Described:
    """Take a docstring apart by its sections and their indentation.

    An entry of the section ``Args:`` starts on a line with a name and a colon; whatever follows on deeper lines belongs
    to it, colons or not. An entry for a name that is not a parameter describes nothing.
    """
    lines = docstring.expandtabs().splitlines()
    first_section = next((i for i, line in enumerate(lines) if line.startswith(_SECTIONS)), len(lines))
    arguments_at = next((i for i, line in enumerate(lines) if line.startswith(_ARGUMENT_SECTIONS)), len(lines))
    return Described(
        _joined_paragraphs("\n".join(lines[:first_section])),
        _entries(_indented(lines[arguments_at + 1 :]), parameter_names),
    )


def described_originally(docstring: str) -> Described:
    """Take a docstring apart as the original does: by blank lines, and by colons wherever they stand."""
    descriptive: list[str] = []
    argument_block = ""
    in_description = True
    for block in docstring.split("\n\n"):
        if block.startswith("Args:"):
            argument_block = block
            break
        if block.startswith(("Returns:", "Example:")):
            in_description = False
        elif in_description:
            descriptive.append(block)
    arguments: dict[str, str] = {}
    current: str | None = None
    for line in argument_block.splitlines()[1:]:
        name, colon, text = line.partition(":")
        if colon:
            current = name.strip()
            arguments[current] = text.strip()
        elif current is not None:
            arguments[current] += f" {line.strip()}"
    return Described(" ".join(descriptive), arguments)


def _joined_paragraphs(text: str) -> str:
    return " ".join(paragraph.strip("\n") for paragraph in re.split(r"\n[ \t]*\n", text) if paragraph.strip())


def _indented(lines: list[str]) -> list[str]:
    """The lines up to the next one that is not indented, without blank ones."""
    section: list[str] = []
    for line in lines:
        if line.strip():
            if not line.startswith(" "):
                break
            section.append(line)
    return section


def _entries(lines: list[str], parameter_names: Collection[str]) -> dict[str, str]:
    margin = min((_indentation(line) for line in lines), default=0)
    entries: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        entry: Any = _ENTRY.match(line.strip()) if _indentation(line) == margin else None
        if entry:
            current = [entry["text"].strip()]
            if entry["name"] in parameter_names:
                entries[entry["name"]] = current
        elif current is not None:
            current.append(line.strip())
    return {name: " ".join(filter(None, texts)) for name, texts in entries.items()}


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
