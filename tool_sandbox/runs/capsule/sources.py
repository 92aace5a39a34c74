"""The files of a user's own that a run was played with: scenarios, tools, agents, a router's configuration."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import define, field

from tool_sandbox.plugins import is_reference
from tool_sandbox.redaction import redact_text

HERE = "{capsule}"
"""Stands for the directory into which a capsule is unpacked."""
SOURCES = "sources"
"""The folder of a capsule with the files of a user's own."""
_KINDS = (".py", ".yaml", ".yml", ".json")
_LARGEST = 5_000_000
"""Bytes of one file; what is larger is no source."""
_REFERENCE = re.compile(r"(?P<place>.+?\.py|.+):(?P<name>[A-Za-z_]\w*)")


@define
class Sources:
    """Takes the files along that settings name, and puts names in their place that hold anywhere."""

    files: dict[str, bytes] = field(factory=dict)
    """Contents by the name in the capsule."""
    left_out: list[str] = field(factory=list)
    """What could not be taken along, and why, in words."""
    _folders: dict[Path, str] = field(factory=dict)

    def taken(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings of a run, as ``run.json`` has them, with places in the capsule."""
        return {
            **settings,
            "scenarios_from": [self._place(each, "scenarios") for each in settings.get("scenarios_from") or ()],
            "tools_from": [self._place(each, "tools") for each in settings.get("tools_from") or ()],
            "router_config": self._file(settings.get("router_config")),
            "agent": self._role(str(settings.get("agent"))),
            "user": self._role(str(settings.get("user"))),
            "agent_rules": [
                {**rule, "agent": self._role(str(rule.get("agent")))} for rule in settings.get("agent_rules") or ()
            ],
        }

    def _place(self, source: str, kind: str) -> str:
        """A file or folder with sources; a module or pack stays a name, to be installed."""
        path = Path(source)
        if path.is_dir():
            self._take(_in_folder(path), path)
            return f"{HERE}/{self._folder(path)}"
        if path.is_file():
            return self._file(source) or source
        self.left_out.append(f"{kind} of {source}, a module or pack that has to be installed")
        return source

    def _role(self, name: str) -> str:
        if not is_reference(name):
            return name
        found = _REFERENCE.fullmatch(name)
        place, what = (found["place"], f":{found['name']}") if found else (name, "")
        return f"{self._place(place, 'roles')}{what}"

    def _file(self, source: str | None) -> str | None:
        if source is None or not Path(source).is_file():
            return source
        path = Path(source)
        self._take(_needed_by(path), path.parent)
        return f"{HERE}/{self._folder(path.parent)}/{path.name}"

    def _folder(self, path: Path) -> str:
        """The folder of the capsule for a folder of this machine; neighbours stay neighbours."""
        return self._folders.setdefault(path.resolve(), f"{SOURCES}/{len(self._folders)}/{_safe(path.resolve().name)}")

    def _take(self, files: Iterator[Path], folder: Path) -> None:
        for file in files:
            name = file.resolve().relative_to(folder.resolve()).as_posix()
            content = file.read_bytes()
            if why := _why_not(content):
                self.left_out.append(f"{name}, because {why}")
            else:
                self.files[f"{self._folder(folder)}/{name}"] = content


def _in_folder(folder: Path) -> Iterator[Path]:
    """Every source in a folder, but for hidden ones and what programs put there."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        hidden = any(part.startswith((".", "__pycache__")) for part in inside)
        if path.suffix in _KINDS and path.is_file() and not path.is_symlink() and not hidden:
            yield path


def _needed_by(file: Path) -> Iterator[Path]:
    """A file, the neighbours that it imports, and the proofs beside it."""
    found, left = set[Path](), [file]
    while left:
        path = left.pop()
        if path in found:
            continue
        found.add(path)
        left += [beside for find in _NEIGHBOURS.get(path.suffix, ()) for beside in find(path)]
        yield path


def _imported_by(file: Path) -> Iterator[Path]:
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names |= {module, *(f"{module}.{alias.name}".lstrip(".") for alias in node.names)}
    for name in sorted(filter(None, names)):
        first = file.parent / name.split(".")[0]
        if first.with_suffix(".py").is_file():
            yield first.with_suffix(".py")
        elif (first / "__init__.py").is_file():
            yield from _in_folder(first)


def _proofs_of(file: Path) -> Iterator[Path]:
    proofs = file.with_name(f"{file.stem}.proofs{file.suffix}")
    if proofs.is_file():
        yield proofs


_NEIGHBOURS: Mapping[str, tuple[Callable[[Path], Iterator[Path]], ...]] = {
    ".py": (_imported_by,),
    ".yaml": (_proofs_of,),
    ".yml": (_proofs_of,),
    ".json": (_proofs_of,),
}


def _why_not(content: bytes) -> str:
    """Why a file must not be taken along; empty when it may."""
    if len(content) > _LARGEST:
        return "it is larger than a source"
    text = content.decode("utf-8", "replace")
    return "it seems to hold a key" if redact_text(text) != text else ""


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name) or "files"
