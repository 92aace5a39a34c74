"""Scenario files together: the bundled ones, and a user's own, as entries and as scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from attrs import frozen

from tool_sandbox.clock import Clock
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.compiling.compiler import Compiler, tool_parameters
from tool_sandbox.scenarios.language import entries as spec
from tool_sandbox.scenarios.language.document import Document, read_file, read_text
from tool_sandbox.scenarios.language.document import Mapping as YamlMapping
from tool_sandbox.scenarios.language.document import Sequence as YamlSequence
from tool_sandbox.scenarios.language.json_nodes import is_json
from tool_sandbox.scenarios.language.models import check_keys, described
from tool_sandbox.scenarios.language.proofs import ProofsFile, is_proofs_file, proofs_file, proved_file
from tool_sandbox.scenarios.language.reader import EntryReader
from tool_sandbox.scenarios.language.worlds import World, read_worlds
from tool_sandbox.scenarios.pieces import Pieces
from tool_sandbox.scenarios.seeding.variation import texts_of
from tool_sandbox.scenarios.seeding.world_seeding import WorldSeeding
from tool_sandbox.scenarios.servers import offer_servers
from tool_sandbox.scenarios.user_simulator_few_shot_examples import named_user_simulator_few_shot_examples
from tool_sandbox.world_seed import CANONICAL

DATA = Path(__file__).parent / "data"
_WORLDS = "worlds.yaml"
_FILE_KEYS = ("mcp", "worlds", "scenarios")
_SUFFIXES = frozenset({".yaml", ".yml", ".json"})


@frozen
class Library:
    """The worlds and entries of some files.

    Args:
        worlds: By name, the bundled ones included.
        entries: In file order.
        backend: Which implementation of a tool wins.
        seed: Which of the suite's many worlds it is.
    """

    worlds: Mapping[str, World]
    entries: tuple[spec.Entry, ...]
    backend: ToolBackend = ToolBackend.DEFAULT
    seed: int = CANONICAL

    def compiler(self) -> Compiler:
        """What compiles the entries."""
        return Compiler(self.worlds, self.backend, self.seed)

    def scenarios(self) -> dict[str, Scenario]:
        """Every entry as a scenario, by name."""
        compiler = self.compiler()
        return {entry.name: compiler.scenario(entry) for entry in self.entries}


def bundled(backend: ToolBackend = ToolBackend.DEFAULT, seed: int = CANONICAL) -> Library:
    """The scenarios that come with the package, as they are written or in the fresh world of another seed."""
    pieces = bundled_pieces(backend, seed)
    return Library(pieces.worlds, tuple(pieces.entries.values()), backend, seed)


@frozen
class BundledPieces:
    """What comes with the package, of which each entry is read when it is asked for; the rest as in a ``Library``."""

    worlds: Mapping[str, World]
    entries: Mapping[str, spec.Entry]
    backend: ToolBackend
    seed: int

    def compiler(self) -> Compiler:
        """What compiles the entries."""
        return Compiler(self.worlds, self.backend, self.seed)


@lru_cache(maxsize=16)
def bundled_pieces(backend: ToolBackend = ToolBackend.DEFAULT, seed: int = CANONICAL) -> BundledPieces:
    """What comes with the package.

    It is read once: entries and worlds are never changed, and scenarios are compiled anew for everybody.
    """
    files = scenario_files(DATA)
    if seed != CANONICAL:  # of a fresh world the whole suite says what has to be new
        library = _library_of([], _documents(files), backend, seed)
        return BundledPieces(library.worlds, {entry.name: entry for entry in library.entries}, backend, seed)
    worlds = _worlds_of(_documents([DATA / _WORLDS]))
    entries = Pieces.of((path for path in files if path.name != _WORLDS), _reader(worlds, backend, None))
    return BundledPieces(worlds, entries, backend, seed)


def bundled_at(clock: Clock, backend: ToolBackend = ToolBackend.DEFAULT) -> Compiler:
    """The bundled worlds as they are at another time: what happened an hour ago there did so an hour before it."""
    return Compiler(_worlds_of(_documents([DATA / _WORLDS]), clock), backend)


def from_files(paths: Iterable[Path], backend: ToolBackend = ToolBackend.DEFAULT, seed: int = CANONICAL) -> Library:
    """The scenarios of a user's own files, which may use the bundled worlds and add worlds.

    Raises:
        ScenarioError: A file cannot be read, or something in it is not written as it should be.
    """
    return _library_of(_documents([DATA / _WORLDS]), _documents(paths), backend, seed)


def from_text(text: str, backend: ToolBackend = ToolBackend.DEFAULT) -> Library:
    """The scenarios of a text that reads like a user's own file.

    Raises:
        ScenarioError: Something in it is not written as it should be.
    """
    return _library_of(_documents([DATA / _WORLDS]), [read_text(text)], backend)


def scenario_files(folder: Path) -> list[Path]:
    """The scenario files in a folder and below it, in a fixed order; hidden files and folders are left out.

    JSON is written for many purposes, so of the files in JSON only those count that are made like a scenario file.
    Files of proofs belong to the scenario files beside them.

    Raises:
        ScenarioError: A file in JSON cannot be read, or proofs stand beside no scenario file.
    """
    found = (path for path in folder.rglob("*") if is_scenario_file(path) and not path.is_dir())
    seen = [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    for path in filter(is_proofs_file, seen):
        _check_companion(path)
    files = (path for path in seen if not is_proofs_file(path))
    return sorted(path for path in files if not is_json(path) or _has_scenarios(read_file(path).content))


def is_scenario_file(path: Path) -> bool:
    """Whether a file's name says that it may hold scenarios: ``.yaml``, ``.yml`` or ``.json``, in any case."""
    return path.suffix.lower() in _SUFFIXES


def _check_companion(path: Path) -> None:
    if not (proved := proved_file(path)).is_file():
        message = f"{path}:1: these are the proofs of the scenarios in {proved.name}, which is not beside it."
        raise ScenarioError(message)


def _has_scenarios(content: Any) -> bool:
    if isinstance(content, YamlMapping):
        return any(key in content for key in ("worlds", "scenarios"))
    return isinstance(content, YamlSequence) and all(
        isinstance(item, YamlMapping) and "name" in item for item in content
    )


def _library_of(
    before: Sequence[Document], documents: Sequence[Document], backend: ToolBackend, seed: int = CANONICAL
) -> Library:
    """The worlds of all documents, and the entries of the latter ones."""
    everything = [*before, *documents]
    offer_servers(everything)
    seeding = _seeding(everything, seed) if seed != CANONICAL else None
    worlds = _worlds_of(everything, seeding=seeding)
    reader = _reader(worlds, backend, seeding)
    entries: dict[str, spec.Entry] = {}
    for document in documents:
        for entry in _entries(document, reader):
            if entry.name in entries:
                first = entries[entry.name].place
                raise entry.place.error(f"the name stands twice; it is taken in {first.file}:{first.line}.")
            entries[entry.name] = entry
    return Library(worlds, tuple(entries.values()), backend, seed)


def _reader(worlds: Mapping[str, World], backend: ToolBackend, seeding: WorldSeeding | None) -> EntryReader:
    tools = tool_parameters(get_all_tools(backend))
    return EntryReader(tools, worlds.keys(), named_user_simulator_few_shot_examples().keys(), seeding)


def _documents(paths: Iterable[Path]) -> list[Document]:
    documents = []
    for path in paths:
        if is_proofs_file(path):
            message = f"{path}:1: these are proofs; name the file that has the scenarios, {proved_file(path).name}."
            raise ScenarioError(message)
        documents.append(read_file(path))
    return documents


def _worlds_of(
    documents: Sequence[Document], clock: Clock | None = None, seeding: WorldSeeding | None = None
) -> dict[str, World]:
    worlds: dict[str, World] = {}
    raw: dict[str, YamlMapping] = {}
    for document in documents:
        if isinstance(document.content, YamlMapping):
            check_keys(document.content, document.place(), _FILE_KEYS)
            if "worlds" in document.content:
                place = document.place().inside("worlds", document.content.lines["worlds"])
                written = document.content["worlds"]
                written = seeding.worlds_of(written) if seeding else written
                worlds.update(read_worlds(written, place, worlds, raw, clock))
    return worlds


def _seeding(documents: Sequence[Document], seed: int) -> WorldSeeding:
    written = "\n".join(text for document in documents for text in texts_of(document.content))
    shipped = [document for document in documents if document.path == DATA / _WORLDS]
    return WorldSeeding(seed, dict(_written_worlds(documents)), written, frozenset(dict(_written_worlds(shipped))))


def _written_worlds(documents: Iterable[Document]) -> Iterator[tuple[str, YamlMapping]]:
    """Every world by name, as far as it is written as it should be."""
    for document in documents:
        worlds = document.content.get("worlds") if isinstance(document.content, YamlMapping) else None
        for name, content in worlds.items() if isinstance(worlds, YamlMapping) else ():
            if isinstance(content, YamlMapping):
                yield name, content


def _entries(document: Document, reader: EntryReader) -> list[spec.Entry]:
    content = document.content
    if isinstance(content, YamlMapping):
        content = content.get("scenarios", YamlSequence([]))
    if not isinstance(content, YamlSequence):
        problem = f"expected a list of scenarios, or the keys {', '.join(_FILE_KEYS)}; got {described(content)}."
        raise document.place().error(problem)
    place = document.place()
    families = [
        reader.entries(item, place.inside(f"[{position}]", content.lines[position]))
        for position, item in enumerate(content)
    ]
    entries = [entry for family in families for entry in family]
    if document.path is not None and (file := proofs_file(document.path)).is_file():
        bases = {entry.name: family[0].name for family in families for entry in family}
        beside = ProofsFile(file, bases, reader)
        for entry in entries:
            entry.prove_by(beside.of)
    return entries
