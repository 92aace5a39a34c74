"""The file beside a scenario file: other solutions and other wordings, read only when somebody proves something."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from functools import cached_property
from pathlib import Path

from attrs import define

from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.language.document import Document, Place, Sequence, read_file
from tool_sandbox.scenarios.language.entries import PROOFS, Entry, WrittenProofs
from tool_sandbox.scenarios.language.models import described, read
from tool_sandbox.scenarios.language.reader import EntryReader

_ENDING = ".proofs"


def is_proofs_file(path: Path) -> bool:
    """Whether a file's name says that it proves what stands in another."""
    return path.stem.lower().endswith(_ENDING)


def proofs_file(path: Path) -> Path:
    """Where the proofs of a scenario file stand, if it has some: ``shop.proofs.yaml`` beside ``shop.yaml``."""
    return path.with_name(f"{path.stem}{_ENDING}{path.suffix}")


def proved_file(path: Path) -> Path:
    """The scenario file that a file of proofs stands beside."""
    return path.with_name(f"{path.stem[: -len(_ENDING)]}{path.suffix}")


@define(slots=False)
class ProofsFile:
    """The proofs of the entries of one file.

    Args:
        path: The file of proofs.
        bases: The name of every entry → the name of the entry of which it is a variant, or its own.
        reader: Knows what may be named there.
    """

    path: Path
    bases: AnyMapping[str, str]
    reader: EntryReader

    def of(self, entry: Entry) -> dict[str, WrittenProofs]:
        """By key the proofs of an entry that stand here: under its own name, or else under that of its base.

        Raises:
            ScenarioError: The file is not written as it should be, or proves what the entry proves itself.
        """
        found: dict[str, WrittenProofs] = {}
        for name in dict.fromkeys((self.bases[entry.name], entry.name)):
            proofs = self._written.get(name)
            found |= {key: proofs for key in PROOFS if proofs is not None and proofs.has(key)}
        for key in filter(entry.has, found):
            there = entry.at(key)
            sentence = f"the key stands in {there.file}:{there.line}, too; write it in one of the two places."
            raise found[key].at(key).error(sentence)
        return found

    @cached_property
    def _written(self) -> dict[str, WrittenProofs]:
        document = read_file(self.path)
        found: dict[str, WrittenProofs] = {}
        for proofs in self._read(document):
            if proofs.name not in self.bases:
                advice = hint(proofs.name, self.bases)
                raise proofs.at("name").error(f"{proved_file(self.path)} has no scenario {proofs.name!r}; {advice}")
            if proofs.name in found:
                first = found[proofs.name].place.line
                raise proofs.place.error(f"the name stands twice; the first is in line {first}.")
            found[proofs.name] = proofs
        return found

    def _read(self, document: Document) -> list[WrittenProofs]:
        content, place = document.content, document.place()
        if not isinstance(content, Sequence):
            problem = f"expected a list of mappings with the keys name, {', '.join(PROOFS)}; got {described(content)}."
            raise place.error(problem)
        seeding = self.reader.seeding
        items = [seeding.proofs(item) if seeding else item for item in content]
        return [
            read(WrittenProofs, item, _named(item, place.inside(f"[{position}]", content.lines[position])), self.reader)
            for position, item in enumerate(items)
        ]


def _named(item: object, place: Place) -> Place:
    name = item.get("name") if isinstance(item, dict) else None
    return Place(place.file, place.line, name) if isinstance(name, str) else place
