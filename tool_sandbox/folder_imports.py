"""A folder of users' code as a package under a private name.

Its modules import each other however they were written to: by name as neighbours, relatively, below the folder's own
name, or below the name of one of our packages whose place the folder was written to take. They get an ``import`` of
their own for this, so that ``sys.path`` stays as it is, none of our modules or the standard library's is ever
replaced, and imports inside their functions work later, too.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import itertools
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any, Self

_PREFIX = "_tool_sandbox_user_"
_PRIVATE = re.compile(rf"{_PREFIX}\d+(?:\.|__)?")
_OUR_NAME = "tool_sandbox"
_RESERVED = frozenset({*sys.stdlib_module_names, _OUR_NAME})
"""What these names mean is settled; a neighbour of such a name is meant only where they have nothing to offer."""
_NOT_CODE = frozenset({"__main__.py", "setup.py"})
_counter = itertools.count()


def shown_name(module_name: str) -> str:
    """A module's name as its author knows it; of a text, with every such name in it."""
    return _PRIVATE.sub("", module_name)


class UsersPackage(importlib.abc.MetaPathFinder):
    """The folder as a package; its modules can be found only while it is used as a context manager.

    Args:
        folder: Holds the modules; an ``__init__.py`` is optional.
        takes_place_of: Dotted name of the package of ours that the folder was written to be.
        whole: Whether the folder's own ``__init__.py`` counts, which it does not for a single file in it.
    """

    def __init__(self, folder: Path, *, takes_place_of: str | None = None, whole: bool = True) -> None:
        self.folder = folder.resolve()
        self.has_root = whole and (self.folder / "__init__.py").is_file()
        # The folder's name shows only where it is the name of a package.
        shown = f"__{re.sub(r'[^0-9A-Za-z_]', '_', self.folder.name)}" if self.has_root else ""
        self.name = f"{_PREFIX}{next(_counter)}{shown}"
        self.public_name = takes_place_of
        self._odd_names: dict[str, Path] = {}

    def __enter__(self) -> Self:
        sys.meta_path.insert(0, self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        sys.meta_path.remove(self)

    def root(self) -> ModuleType | None:
        """The package itself; ``None`` when it has no code of its own."""
        module = importlib.import_module(self.name)
        return module if self.has_root else None

    def module(self, file: Path) -> ModuleType:
        """The module in one file of the folder, whatever the file is called."""
        return importlib.import_module(self._name_of(self.folder / file))

    def modules(self) -> list[ModuleType]:
        """Every module directly in the folder, in order of their names."""
        return [self.module(file) for file in _python_files(self.folder)]

    def all_modules(self) -> list[ModuleType]:
        """Every module in the folder and below it, the package itself first."""
        self.root()
        files = (
            file for folder in _code_folders(self.folder) for file in (folder / "__init__.py", *_python_files(folder))
        )
        return [self.module(file) for file in files if file.is_file()]

    def forget(self) -> None:
        """Take every module of the folder out of ``sys.modules``."""
        for name in [name for name in sys.modules if name == self.name or name.startswith(f"{self.name}.")]:
            del sys.modules[name]

    def _name_of(self, file: Path) -> str:
        place = file.relative_to(self.folder)
        parts = [*place.parent.parts, *(() if file.name == "__init__.py" else (file.stem,))]
        name = ".".join((self.name, *(part.replace(".", "_") for part in parts)))
        if any("." in part for part in parts):
            self._odd_names[name] = file
        return name

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 -- the signature is that of every finder
        target: ModuleType | None = None,  # noqa: ARG002 -- as above
    ) -> importlib.machinery.ModuleSpec | None:
        """Find the private package and what is below it; the import system calls this."""
        file = self._file(fullname)
        if file is not None:
            return importlib.util.spec_from_file_location(
                fullname,
                file,
                loader=_Loader(self, fullname, str(file)),
                submodule_search_locations=[str(file.parent)] if file.name == "__init__.py" else None,
            )
        folder = self._place(fullname)
        if folder is None or not folder.is_dir():
            return None
        package = importlib.machinery.ModuleSpec(fullname, None, is_package=True)
        package.submodule_search_locations = [str(folder)]
        return package

    def _place(self, fullname: str) -> Path | None:
        """Where a module below the private name would be, without a suffix."""
        if fullname != self.name and not fullname.startswith(f"{self.name}."):
            return None
        return self.folder.joinpath(*fullname.split(".")[1:])

    def _file(self, fullname: str) -> Path | None:
        if fullname in self._odd_names:
            return self._odd_names[fullname]
        place = self._place(fullname)
        if place is None or (place == self.folder and not self.has_root):
            return None
        plain = () if place == self.folder else (place.with_name(f"{place.name}.py"),)
        return next((f for f in (*plain, place / "__init__.py") if f.is_file()), None)

    # -- what ``import`` means inside the folder ---------------------------------------------------------------------

    def import_(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 -- the names are those of builtins.__import__
        locals: Mapping[str, Any] | None = None,  # noqa: A002 -- as above
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """The ``__import__`` of the folder's modules."""
        with self:
            if level == 0:
                found = self._own(name, fromlist or ())
                if found is not None:
                    return found
            try:
                module = builtins.__import__(name, globals, locals, fromlist or (), level)
            except ModuleNotFoundError as error:
                neighbour = self._neighbour(name) if level == 0 and error.name in _beginnings(name) else None
                if neighbour is None:
                    raise
                return self._imported(neighbour, name, fromlist or ())
            wanted = [item for item in fromlist or () if item != "*" and not hasattr(module, item)]
            neighbour = self._neighbour(name) if wanted and level == 0 else None
            return module if neighbour is None else self._imported(neighbour, name, fromlist or ())

    def _own(self, name: str, fromlist: Sequence[str]) -> ModuleType | None:
        """The module, if it is one that the folder has in the place of ours, or a neighbour of no settled name."""
        if self.public_name is not None:
            parent, _, leaf = self.public_name.rpartition(".")
            if fromlist and name == parent and leaf in fromlist:
                return self._facade()
            private = self._in_the_place_of_ours(name)
            if private is not None:
                module = importlib.import_module(private)
                return self._with_ours(module, name, fromlist) if fromlist else self._facade()
        if name.partition(".")[0] in _RESERVED:
            return None
        private = self._neighbour(name)
        if private is None or (self._file(private) is None and private != self.name):
            return None  # a folder without code of its own gives way to a package that is installed
        return self._imported(private, name, fromlist)

    def _in_the_place_of_ours(self, name: str) -> str | None:
        if name != self.public_name and not name.startswith(f"{self.public_name}."):
            return None
        private = self.name + name.removeprefix(str(self.public_name))
        return private if private in sys.modules or self._file(private) is not None else None

    def _neighbour(self, name: str) -> str | None:
        """Under which private name the folder has what is imported as ``name``, if it does."""
        top, dot, rest = name.partition(".")
        below = f"{self.name}.{name}"
        if self.find_spec(f"{self.name}.{top}") is not None:
            return below
        if top != self.folder.name:
            return None
        return f"{self.name}{dot}{rest}"

    def _imported(self, private: str, name: str, fromlist: Sequence[str]) -> ModuleType:
        """What an import statement gets: the last module of a dotted name for ``from``, else the first."""
        module = importlib.import_module(private)
        if fromlist:
            for wanted in fromlist:
                if wanted != "*" and not hasattr(module, wanted) and self.find_spec(f"{private}.{wanted}") is not None:
                    importlib.import_module(f"{private}.{wanted}")
            return module
        return sys.modules[private.removesuffix(name.partition(".")[2]).removesuffix(".")]

    def _facade(self) -> ModuleType:
        """``tool_sandbox`` as the folder sees it: ours, but with the folder in its place."""
        parent, _, leaf = str(self.public_name).rpartition(".")
        ours = importlib.import_module(parent)
        facade = ModuleType(parent)
        facade.__dict__.update({k: v for k, v in vars(ours).items() if k != leaf})
        setattr(facade, leaf, importlib.import_module(self.name))
        return facade

    def _with_ours(self, module: ModuleType, name: str, fromlist: Sequence[str]) -> ModuleType:
        """The module, with modules that are asked for by name put in reach; ours where the folder has none."""
        for wanted in fromlist:
            if wanted == "*" or hasattr(module, wanted):
                continue
            public = f"{name}.{wanted}"
            private = self._in_the_place_of_ours(public)
            if private is not None:
                importlib.import_module(private)
            elif name == self.public_name and importlib.util.find_spec(public) is not None:
                setattr(module, wanted, importlib.import_module(public))
        return module


class _Loader(importlib.machinery.SourceFileLoader):
    """Runs a module with the package's own ``import``; keeps no bytecode in a user's folder."""

    def __init__(self, package: UsersPackage, fullname: str, path: str) -> None:
        super().__init__(fullname, path)
        self._package = package

    def path_stats(self, path: str) -> Mapping[str, Any]:
        raise OSError(path)

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:  # type: ignore[override]
        try:
            return super().source_to_code(data, path)
        except ValueError as error:  # such as a null byte, which some versions of Python report without the file
            raise SyntaxError(str(error), (path, 1, 0, "")) from error
        except SyntaxError as error:
            error.filename = error.filename or path
            raise

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": self._package.import_}
        super().exec_module(module)


def _beginnings(name: str) -> list[str]:
    return list(itertools.accumulate(name.split("."), lambda left, right: f"{left}.{right}"))


def _python_files(folder: Path) -> list[Path]:
    """The modules of a folder: neither what makes it a package nor what runs it as a program."""
    files = (path for path in folder.glob("*.py") if path.is_file() and not path.name.startswith("."))
    return sorted(path for path in files if path.name not in _NOT_CODE and path.name != "__init__.py")


def _code_folders(folder: Path) -> Iterator[Path]:
    """A folder and those below it that may hold users' code: no hidden ones, no caches, no virtual environments."""
    yield folder
    for below in sorted(path for path in folder.iterdir() if path.is_dir()):
        hidden = below.name.startswith((".", "__"))
        if not hidden and not (below / "pyvenv.cfg").exists():
            yield from _code_folders(below)
