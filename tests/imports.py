"""Reads what the modules of a package import, without importing them."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from attrs import frozen


@frozen
class Import:
    """One module that another one imports.

    Args:
        importer: Dotted name of the module that holds the import.
        imported: Dotted name of the module, or of a name in it, that is imported.
        line: Where.
        late: It happens inside a function, when that is called.
        typing: It is for type checkers only and never happens.
    """

    importer: str
    imported: str
    line: int
    late: bool
    typing: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def modules(root: Path) -> dict[str, Path]:
    """Every module below the package folder ``root``, by dotted name."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def read(root: Path, *, typing: bool = False) -> list[Import]:
    """Every import below the package folder that happens at run time, and with ``typing`` those for type checkers."""
    return [
        found
        for name, path in modules(root).items()
        for found in _of_module(name, path, _parse(path.read_text(encoding="utf-8")))
        if typing or not found.typing
    ]


def _parse(source: str) -> ast.Module:
    """The syntax tree. Python 3.11 counts its depth for all threads at once, and collecting garbage lets another in."""
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        gc.enable()


def circle(imports: Iterable[Import], names: Iterable[str]) -> list[str]:
    """A circle of modules that import each other; empty when there is none."""
    known = set(names)
    graph: dict[str, set[str]] = {name: set() for name in known}
    for found in imports:
        graph[found.importer] |= _executed(found, known)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _executed(found: Import, known: set[str]) -> set[str]:
    """The modules that an import runs: the module and the packages around it that the importer is not itself in."""
    parts = found.imported.split(".")
    prefixes = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    around = {prefix for prefix in prefixes if found.importer.startswith(f"{prefix}.")}
    if found.imported in around:  # a package's own name is meant, such as its __version__
        around.discard(found.imported)
    return (prefixes & known) - around - {found.importer}


def _of_module(name: str, path: Path, tree: ast.Module) -> Iterator[Import]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node, late, typing in _within(tree, late=False, typing=False):
        if isinstance(node, ast.Import):
            yield from (Import(name, alias.name, node.lineno, late, typing) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = _source(node, package)
            yield from (Import(name, f"{source}.{alias.name}", node.lineno, late, typing) for alias in node.names)


def _source(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    base = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def _within(node: ast.AST, *, late: bool, typing: bool) -> Iterator[tuple[ast.AST, bool, bool]]:
    guarded = node.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) else []
    for child in ast.iter_child_nodes(node):
        inside = late or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        unseen = typing or child in guarded
        yield child, inside, unseen
        yield from _within(child, late=inside, typing=unseen)


def tops(imports: Iterable[Import], name: str) -> list[Import]:
    """The imports of a package or anything in it."""
    return [found for found in imports if found.imported == name or found.imported.startswith(f"{name}.")]


def layer_of(name: str, layers: Mapping[str, int], package: str) -> int | None:
    """The layer of a module: that of the first part of its name below the package."""
    if not name.startswith(f"{package}."):
        return None
    return layers.get(name.split(".")[1])
