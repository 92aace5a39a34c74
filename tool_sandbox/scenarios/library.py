"""Scenario files together: the bundled ones, and a user's own, as entries and as scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools
from tool_sandbox.scenarios import spec
from tool_sandbox.scenarios.compiler import Compiler, tool_parameters
from tool_sandbox.scenarios.document import Document, read_file, read_text
from tool_sandbox.scenarios.document import Mapping as YamlMapping
from tool_sandbox.scenarios.document import Sequence as YamlSequence
from tool_sandbox.scenarios.fields import Fields, described
from tool_sandbox.scenarios.reader import EntryReader
from tool_sandbox.scenarios.user_simulator_few_shot_examples import named_user_simulator_few_shot_examples
from tool_sandbox.scenarios.worlds import World, read_worlds

DATA = Path(__file__).parent / "data"
_FILE_KEYS = ("worlds", "scenarios")


@frozen
class Library:
    """The worlds and entries of some files.

    Args:
        worlds: By name, the bundled ones included.
        entries: In file order.
        backend: Which implementation of a tool wins.
    """

    worlds: Mapping[str, World]
    entries: tuple[spec.Entry, ...]
    backend: ToolBackend = ToolBackend.DEFAULT

    def compiler(self) -> Compiler:
        """What compiles the entries."""
        return Compiler(self.worlds, self.backend)

    def scenarios(self) -> dict[str, Scenario]:
        """Every entry as a scenario, by name."""
        compiler = self.compiler()
        return {entry.name: compiler.scenario(entry) for entry in self.entries}


def bundled(backend: ToolBackend = ToolBackend.DEFAULT) -> Library:
    """The scenarios that come with the package."""
    return _library(yaml_files(DATA), {}, {}, backend)


def from_files(paths: Iterable[Path], backend: ToolBackend = ToolBackend.DEFAULT) -> Library:
    """The scenarios of a user's own files, which may use the bundled worlds and add worlds.

    Raises:
        ScenarioError: A file cannot be read, or something in it is not written as it should be.
    """
    raw: dict[str, YamlMapping] = {}
    worlds: dict[str, World] = {}
    _add_worlds(_documents([DATA / "worlds.yaml"]), worlds, raw)
    return _library(paths, worlds, raw, backend)


def from_text(text: str, backend: ToolBackend = ToolBackend.DEFAULT) -> Library:
    """The scenarios of a text that reads like a user's own file.

    Raises:
        ScenarioError: Something in it is not written as it should be.
    """
    raw: dict[str, YamlMapping] = {}
    worlds: dict[str, World] = {}
    _add_worlds(_documents([DATA / "worlds.yaml"]), worlds, raw)
    return _library_of([read_text(text)], worlds, raw, backend)


def yaml_files(folder: Path) -> list[Path]:
    """The scenario files in a folder and below it, in a fixed order; hidden files and folders are left out."""
    found = (path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml"))
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _library(
    paths: Iterable[Path], worlds: dict[str, World], raw: dict[str, YamlMapping], backend: ToolBackend
) -> Library:
    return _library_of(_documents(paths), worlds, raw, backend)


def _library_of(
    documents: Sequence[Document], worlds: dict[str, World], raw: dict[str, YamlMapping], backend: ToolBackend
) -> Library:
    _add_worlds(documents, worlds, raw)
    tools = tool_parameters(get_all_tools(backend))
    examples = named_user_simulator_few_shot_examples().keys()
    reader = EntryReader(tools, worlds.keys(), examples)
    entries: dict[str, spec.Entry] = {}
    for document in documents:
        for entry in _entries(document, reader):
            if entry.name in entries:
                first = entries[entry.name].place
                raise entry.place.error(f"the name stands twice; it is taken in {first.file}:{first.line}.")
            entries[entry.name] = entry
    return Library(worlds, tuple(entries.values()), backend)


def _documents(paths: Iterable[Path]) -> list[Document]:
    return [read_file(path) for path in paths]


def _add_worlds(documents: Sequence[Document], worlds: dict[str, World], raw: dict[str, YamlMapping]) -> None:
    for document in documents:
        if isinstance(document.content, YamlMapping):
            fields = Fields.of(document.content, document.place(), _FILE_KEYS)
            if "worlds" in fields:
                worlds.update(read_worlds(fields.raw("worlds"), fields.at("worlds"), worlds, raw))


def _entries(document: Document, reader: EntryReader) -> list[spec.Entry]:
    content = document.content
    if isinstance(content, YamlMapping):
        content = content.get("scenarios", YamlSequence([]))
    if not isinstance(content, YamlSequence):
        problem = f"expected a list of scenarios, or the keys {', '.join(_FILE_KEYS)}; got {described(content)}."
        raise document.place().error(problem)
    place = document.place()
    return [
        entry
        for position, item in enumerate(content)
        for entry in reader.entries(item, place.inside(f"[{position}]", content.lines[position]))
    ]
