"""How many files this process may have open at once; the connections of calls in flight are among them."""

from __future__ import annotations

import sys
from contextlib import suppress

_OTHERS = 256
"""Files, pipes and libraries beside those that are asked for."""


def allow_open_files(many: int) -> None:
    """Have so many files open beside the usual ones, as far as the system lets every process choose that by itself.

    Many systems begin with 256 or 1024, and refuse connections beyond that, though they allow far more.
    """
    if sys.platform == "win32":  # has no such limit
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = many + _OTHERS if hard == resource.RLIM_INFINITY else min(many + _OTHERS, hard)
    if soft not in (resource.RLIM_INFINITY, wanted) and soft < wanted:
        with suppress(ValueError, OSError):  # macOS has a further limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
