"""Entries by name, each of them read when somebody asks for it: a suite costs what is played of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attrs import define, field, frozen

from tool_sandbox.common.yaml_source import YamlSource
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.language.document import Place, read_text
from tool_sandbox.scenarios.language.entries import Entry
from tool_sandbox.scenarios.language.proofs import ProofsFile, proofs_file
from tool_sandbox.scenarios.language.reader import EntryReader

_START = re.compile(r"^- name: *([\w]+)", re.MULTILINE)
_TAGS = re.compile(r"^  tags: *\[([\w, ]*)\] *$", re.MULTILINE)
_VARIANTS = re.compile(r"^  variants:", re.MULTILINE)
_VARIANT = re.compile(r"^ +- (?:\{ *)?name: *([\w]+)", re.MULTILINE)


@frozen
class Piece:
    """The text of one entry, with its variants.

    Args:
        place: Where it begins.
        text: Just its lines.
        names: Its own, then those of its variants.
        proofs: The file of proofs beside, if there is one.
    """

    place: Place
    text: str = field(repr=False)
    names: tuple[str, ...]
    proofs: ProofsFile | None = None


@define
class Pieces(Mapping[str, Entry]):
    """The entries of files in which each begins with ``- name:`` at the left margin.

    Args:
        reader: Reads an entry.
        _pieces: By the name of every entry and variant, in file order.
    """

    reader: EntryReader
    _pieces: dict[str, Piece]
    _entries: dict[str, Entry] = field(factory=dict)

    @classmethod
    def of(cls, paths: Iterable[Path], reader: EntryReader) -> Pieces:
        """What files hold, found without reading them as YAML.

        Raises:
            ScenarioError: A file cannot be read, is not written so, or has a name twice.
        """
        pieces: dict[str, Piece] = {}
        for path in paths:
            for piece in _pieces_of(path, reader):
                for name in piece.names:
                    if name in pieces:
                        first = pieces[name].place
                        problem = f"the name {name!r} stands twice; it is taken in {first.file}:{first.line}."
                        raise piece.place.error(problem)
                    pieces[name] = piece
        return cls(reader, pieces)

    def __getitem__(self, name: str) -> Entry:
        if name not in self._entries:
            self._entries |= self._read(self._pieces[name])
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        return name in self._pieces

    def __iter__(self) -> Iterator[str]:
        return iter(self._pieces)

    def __len__(self) -> int:
        return len(self._pieces)

    def shown_tags(self, name: str) -> frozenset[str]:
        """Tags that an entry surely has, seen without reading it as YAML; it may have more."""
        piece = self._pieces[name]
        shown = _TAGS.search(piece.text) if len(piece.names) == 1 else None  # a variant may have others
        return frozenset(shown[1].replace(",", " ").split()) if shown else frozenset()

    def _read(self, piece: Piece) -> dict[str, Entry]:
        above = "\n" * (piece.place.line - 1)  # so that every value knows its line in the file
        (item,) = read_text(above + piece.text, piece.place.file).content
        entries = self.reader.entries(item, piece.place)
        for entry in entries:
            if piece.proofs is not None:
                entry.prove_by(piece.proofs.of)
        return {entry.name: entry for entry in entries}


def _pieces_of(path: Path, reader: EntryReader) -> Iterator[Piece]:
    text = YamlSource.of_file(path, ScenarioError, "scenario file").text
    starts = list(_START.finditer(text))
    before = text[: starts[0].start()] if starts else text
    if any(line and not line.startswith("#") for line in map(str.strip, before.splitlines())):
        message = (
            f"{path}:1: every entry begins with '- name:' at the left margin here, and nothing stands before them."
        )
        raise ScenarioError(message)
    ends = [*(each.start() for each in starts[1:]), len(text)]
    found = [(start, text[start.start() : end]) for start, end in zip(starts, ends, strict=True)]
    names = [(start[1], *_variants(body)) for start, body in found]
    beside = proofs_file(path)
    bases = {name: family[0] for family in names for name in family}
    proofs = ProofsFile(beside, bases, reader) if beside.is_file() else None
    for (start, body), family in zip(found, names, strict=True):
        line = text.count("\n", 0, start.start()) + 1
        yield Piece(Place(str(path), line, family[0]), body, family, proofs)


def _variants(body: str) -> list[str]:
    start = _VARIANTS.search(body)
    return _VARIANT.findall(body, start.end()) if start else []
