"""Where in a user's own code an exception arose."""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path

_PACKAGE = str(Path(__file__).resolve().parent)
_LIBRARIES = tuple(dict.fromkeys(sysconfig.get_path(name) for name in ("stdlib", "platstdlib")))
_SITE = "site-packages"


def place_in_own_code(error: BaseException) -> str | None:
    """``file:line`` of ``line_in_own_code``; ``None`` when there is no such line."""
    line = line_in_own_code(error)
    return line and f"{line[0]}:{line[1]}"


def line_in_own_code(error: BaseException) -> tuple[str, int | None] | None:
    """The innermost line of a traceback that is neither this package's nor Python's, as its file and number.

    A file that is not installed comes before one that is: an agent's own code is looked at first, not the library it
    stumbled in.
    """
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_own(frame.filename)]
    uninstalled = [frame for frame in frames if _SITE not in frame.filename]
    innermost = (uninstalled or frames)[-1:]
    return (innermost[0].filename, innermost[0].lineno) if innermost else None


def _is_own(filename: str) -> bool:
    if filename.startswith(("<", _PACKAGE)):
        return False
    return _SITE in filename or not filename.startswith(_LIBRARIES)
