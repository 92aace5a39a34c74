"""Users' code from a file, folder, module or entry point: the one loader.

Tools, scenarios and roles come through here. Whatever such code does while it is loaded, it neither ends the command
nor chooses its exit code: what it raises becomes one message with the file and the line.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tool_sandbox.blame import line_in_own_code
from tool_sandbox.errors import ToolSandboxError, UsageError
from tool_sandbox.folder_imports import UsersPackage
from tool_sandbox.interrupts import is_from_a_person

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_REFERENCE = re.compile(r"(?P<place>.+):(?P<name>[A-Za-z_]\w*)")
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_EXPECTED = "expected a Python file, a folder of them, or the dotted name of a module"


Packages = MutableMapping[Path, UsersPackage]
"""Folders that are loaded together, so that a file that several sources need is one module."""


def load_modules(source: str, kind: str, packages: Packages | None = None) -> list[ModuleType]:
    """The modules in a file, in a folder and below it, or the one of a dotted name.

    Args:
        source: A path or a name.
        kind: What is loaded, for messages, such as ``tools``.
        packages: What was loaded before and goes together with it.

    Raises:
        UsageError: There is none, or its code fails.
    """
    path = Path(source)
    if os.path.isdir(path):  # noqa: PTH112 -- a name may be too long to ask for
        return _in_folder(path, kind, {} if packages is None else packages)
    if path.suffix.lower() == ".py" or os.path.isfile(path):  # noqa: PTH113 -- as above
        return [load_file(path, kind, packages=packages)]
    return [load_named(source, kind)]


def load_file(
    file: Path, kind: str, failure: type[UsageError] = UsageError, packages: Packages | None = None
) -> ModuleType:
    """The module in a file, which may import its neighbours.

    Raises:
        UsageError: There is no such file, or its code fails; of the class ``failure``.
    """
    if not os.path.isfile(file):  # noqa: PTH113 -- a name may be too long to ask for
        message = f"There is no file {str(file)!r}; {_EXPECTED}."
        raise failure(message)
    if file.suffix.lower() != ".py":
        message = f"{str(file)!r} is not a Python file; {_EXPECTED}."
        raise failure(message)
    package = ({} if packages is None else packages).setdefault(
        file.parent.resolve(), UsersPackage(file.parent, whole=False)
    )
    with reported(f"Loading {kind} from {str(file)!r}", failure), _forgotten_on_failure(package):
        return package.module(package.folder / file.name)


def load_named(name: str, kind: str, failure: type[UsageError] = UsageError) -> ModuleType:
    """The module of a dotted name.

    Raises:
        UsageError: There is no such module, or its code fails; of the class ``failure``.
    """
    if not _DOTTED.fullmatch(name):
        message = f"There is nothing at {name!r}; {_EXPECTED}."
        raise failure(message)
    with reported(f"Loading {kind} from {name!r}", failure):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise
            message = f"There is no module {name!r}, and no file or folder of that name; {_EXPECTED}."
            raise failure(message) from error


def is_reference(name: str) -> bool:
    """Whether a name after ``-a`` or ``-u`` means something in users' code: ``module:Name``, ``file.py:Name``, ….

    Models are named with colons, too (``ollama/llama3:8b``): there the part before it is not a file, folder or module.
    """
    written = _REFERENCE.fullmatch(name)
    if written is None:
        return name.endswith(".py") and (os.path.isfile(name) or "/" not in name)  # noqa: PTH113 -- may be too long
    place = written["place"]
    if place.endswith(".py"):
        return "://" not in place
    is_folder = os.path.isdir(place)  # noqa: PTH112 -- a name may be too long to ask for
    return (is_folder and any(Path(place).glob("*.py"))) or _module_exists(place)


def absolute(name: str) -> str:
    """A reference into a file or folder with its full path, so that it means the same anywhere; other names as is."""
    written = _REFERENCE.fullmatch(name)
    if written is None or not is_reference(name) or not os.path.exists(written["place"]):  # noqa: PTH110
        return name
    return f"{Path(written['place']).resolve()}:{written['name']}"


def load_reference(reference: str, kind: str) -> Any:
    """What ``module:Name``, ``file.py:Name`` or ``folder:Name`` names.

    Raises:
        UsageError: There is no such place or name, or its code fails.
    """
    written = _REFERENCE.fullmatch(reference)
    if written is None:
        known = _public_names(load_modules(reference, kind))
        message = f"{reference!r} names a file; say what in it is meant, such as {f'{reference}:{known[0]}'!r}."
        raise UsageError(message)
    name = written["name"]
    modules = load_modules(written["place"], kind)
    found = {id(value): value for module in modules if (value := getattr(module, name, None)) is not None}
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        message = f"cannot load the {kind} {reference!r}: several files of {written['place']!r} define {name!r}."
        raise UsageError(message)
    message = (
        f"cannot load the {kind} {reference!r}: there is no {name!r}; it defines {', '.join(_public_names(modules))}."
    )
    raise UsageError(message)


@contextmanager
def reported(what: str, failure: type[UsageError] = UsageError) -> Iterator[None]:
    """Whatever users' code raises inside the block, also to exit, becomes one message with the file and the line.

    Args:
        what: What is being done, such as ``Loading tools from 'mine.py'``.
        failure: The class of the error to raise.

    Raises:
        KeyboardInterrupt: A person pressed Ctrl-C.
    """
    try:
        yield
    except ToolSandboxError:
        raise
    except BaseException as error:  # users' code may raise anything
        if is_from_a_person(error):
            raise
        message = f"{what} failed{place_of(error)}: {_told(error)}"
        raise failure(message) from error


def place_of(error: BaseException) -> str:
    """``" in FILE, line N"``: where users' code went wrong, as far as it can be known."""
    line = line_in_own_code(error)
    if isinstance(error, SyntaxError) and error.filename:
        line = error.filename, error.lineno or 1
    return f" in {line[0]}, line {line[1]}" if line else ""


def installed(group: str) -> list[EntryPoint]:
    """What installed packages offer in a group of entry points."""
    from importlib.metadata import entry_points

    return list(entry_points(group=group))


def load_installed(group: str, name: str, kind: str) -> Any | None:
    """What the entry point of this name stands for; ``None`` if there is none.

    Raises:
        UsageError: Its code fails.
    """
    from importlib.metadata import entry_points

    found = next(iter(entry_points(group=group, name=name)), None)
    if found is None:
        return None
    with reported(f"Loading the {kind} {name!r}"):
        return found.load()


def _in_folder(folder: Path, kind: str, packages: Packages) -> list[ModuleType]:
    package = UsersPackage(folder)
    known = packages.get(folder.resolve())
    if known is not None and known.has_root == package.has_root:
        package = known
    packages[folder.resolve()] = package
    with reported(f"Loading {kind} from {str(folder)!r}"), _forgotten_on_failure(package):
        modules = package.all_modules()
    if not modules:
        message = f"The folder {str(folder)!r} holds no Python file; {_EXPECTED}."
        raise UsageError(message)
    return modules


@contextmanager
def _forgotten_on_failure(package: UsersPackage) -> Iterator[None]:
    try:
        with package:
            yield
    except BaseException:
        package.forget()
        raise


def _told(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else " ".join(str(error).split())
    if isinstance(error, SystemExit):
        text = f"the code wants to exit with {error.code!r}"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _module_exists(name: str) -> bool:
    try:
        return _DOTTED.fullmatch(name) is not None and importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _public_names(modules: list[ModuleType]) -> list[str]:
    names = {
        name
        for module in modules
        for name, value in vars(module).items()
        if not name.startswith("_") and callable(value) and getattr(value, "__module__", None) == module.__name__
    }
    return sorted(names) or ["Name"]
