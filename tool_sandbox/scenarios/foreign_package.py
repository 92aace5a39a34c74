"""Loading a folder that was written to *be* ``tool_sandbox.scenarios``, beside ours.

Modules of such a folder import each other as ``tool_sandbox.scenarios.<module>``. They are loaded under a private
package name, and get an ``import`` of their own that looks into their folder first and falls back to ours. Nothing is
ever put in the place of our modules, so that whatever else runs in the process is not disturbed, and imports inside
their functions work later, too.
"""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import importlib.util
import itertools
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

PUBLIC_NAME = "tool_sandbox.scenarios"
_counter = itertools.count()


class ForeignPackage(importlib.abc.MetaPathFinder):
    """The folder as a package; its modules can be found only while it is used as a context manager.

    Args:
        folder: Holds the modules; an ``__init__.py`` is optional.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.name = f"_tool_sandbox_scenarios_{next(_counter)}_{folder.name}".replace("-", "_").replace(".", "_")

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
        return module if (self.folder / "__init__.py").is_file() else None

    def modules(self) -> list[ModuleType]:
        """Every module of the folder, in order of their names."""
        names = sorted(path.stem for path in self.folder.glob("*.py") if path.stem != "__init__")
        return [importlib.import_module(f"{self.name}.{name}") for name in names]

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 -- the signature is that of every finder
        target: ModuleType | None = None,  # noqa: ARG002 -- as above
    ) -> importlib.machinery.ModuleSpec | None:
        """Find the private package and what is below it; the import system calls this."""
        file = self._file(fullname)
        if file is None:
            if fullname != self.name:
                return None
            package = importlib.machinery.ModuleSpec(fullname, None, is_package=True)
            package.submodule_search_locations = [str(self.folder)]
            return package
        return importlib.util.spec_from_file_location(
            fullname,
            file,
            loader=_Loader(self, fullname, str(file)),
            submodule_search_locations=[str(file.parent)] if file.name == "__init__.py" else None,
        )

    def _file(self, fullname: str) -> Path | None:
        if fullname != self.name and not fullname.startswith(f"{self.name}."):
            return None
        place = self.folder.joinpath(*fullname.split(".")[self.name.count(".") + 1 :])
        return next((f for f in (place.with_suffix(".py"), place / "__init__.py") if f.is_file()), None)

    def private_name(self, name: str) -> str | None:
        """Under which private name one of our public names is found in this folder, if it is."""
        if name != PUBLIC_NAME and not name.startswith(f"{PUBLIC_NAME}."):
            return None
        private = self.name + name.removeprefix(PUBLIC_NAME)
        return private if private in sys.modules or self._file(private) is not None else None

    def import_(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 -- the names are those of builtins.__import__
        locals: Mapping[str, Any] | None = None,  # noqa: A002 -- as above
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """What ``import`` means inside the folder."""
        if level == 0 and fromlist and name == "tool_sandbox" and "scenarios" in fromlist:
            return self._facade()
        private = self.private_name(name) if level == 0 else None
        if private is None:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        module = importlib.import_module(private)
        if not fromlist:
            return self._facade()
        return self._with_ours(module, name, fromlist)

    def _facade(self) -> ModuleType:
        """``tool_sandbox`` as the folder sees it: ours, but with the folder as its ``scenarios``."""
        import tool_sandbox

        facade = ModuleType("tool_sandbox")
        facade.__dict__.update({k: v for k, v in vars(tool_sandbox).items() if k != "scenarios"})
        facade.scenarios = importlib.import_module(self.name)  # type: ignore[attr-defined]
        return facade

    def _with_ours(self, module: ModuleType, name: str, fromlist: Sequence[str]) -> ModuleType:
        """The module, with modules that are asked for by name put in reach; ours where the folder has none."""
        for wanted in fromlist:
            if wanted == "*" or hasattr(module, wanted):
                continue
            public = f"{name}.{wanted}"
            private = self.private_name(public)
            if private is not None:
                importlib.import_module(private)
            elif name == PUBLIC_NAME and importlib.util.find_spec(public) is not None:
                setattr(module, wanted, importlib.import_module(public))
        return module


class _Loader(importlib.machinery.SourceFileLoader):
    """Runs a module with the package's own ``import``."""

    def __init__(self, package: ForeignPackage, fullname: str, path: str) -> None:
        super().__init__(fullname, path)
        self._package = package

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": self._package.import_}
        super().exec_module(module)
