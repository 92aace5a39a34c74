"""Runs as one file that anybody can play again, from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tool_sandbox.cli.lines import print_line, print_message
from tool_sandbox.cli.live.loading import Loading
from tool_sandbox.cli.tables import stdout_console
from tool_sandbox.common.counted import counted
from tool_sandbox.errors import UsageError
from tool_sandbox.runs.capsule.packing import pack
from tool_sandbox.runs.capsule.reproduction import Reproduction, reproduce
from tool_sandbox.runs.capsule.unpacking import Unpacked, unpacked

SAME, DIFFERENT = 0, 4


def pack_run(directory: str, output: str, *, force: bool) -> None:
    """Write a run as a capsule, and say what it could not take along.

    Raises:
        UsageError: That is not possible.
    """
    with Loading.at_a_terminal("packing"):
        packed = pack(directory, Path(output), force=force)
    for each in packed.left_out:
        print_message(f"note: left out: {each}")
    print(f"{counted(packed.files, 'file')} in {packed.file}, {packed.bytes / 1000:.0f} kB")


def reproduce_run(location: str, changes: Mapping[str, Any], *, trusted: bool, as_json: bool) -> int:
    """Play a capsule or a run directory from its journal and compare the scores.

    Returns:
        0 when all are what was recorded, else 4.

    Raises:
        UsageError: That is not possible.
    """
    with Loading.at_a_terminal("playing from the journal"), _opened(location, trusted=trusted) as directory:
        found = reproduce(directory, changes)
    if as_json:
        print(json.dumps(found.to_record()))
    else:
        for line in _lines(found):
            print_line(stdout_console(), line)
    return SAME if found.is_same else DIFFERENT


@contextmanager
def _opened(location: str, *, trusted: bool) -> Iterator[str]:
    """The run directory behind a name."""
    if not Path(location).is_file():
        if "://" not in location and not Path(location).exists():
            message = f"there is neither a file nor a directory {location!r}; give a capsule, or a run directory."
            raise UsageError(message)
        yield location
        return
    with unpacked(Path(location)) as capsule:
        _check_trust(location, capsule, trusted=trusted)
        for each in capsule.left_out:
            print_message(f"note: not in the capsule: {each}")
        yield str(capsule.directory)


def _check_trust(location: str, capsule: Unpacked, *, trusted: bool) -> None:
    if capsule.foreign and not trusted:
        message = (
            f"{location!r} was played with code or scenarios of somebody's own, which may run anything here: "
            f"{_first(capsule.foreign)}. Look at them with 'tar -xf {location}'; if you trust whoever made it, "
            "give --trust."
        )
        raise UsageError(message)


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")  # noqa: PLR2004 -- as shown


def _lines(found: Reproduction) -> Iterator[str]:
    for each in found.changed:
        trial = f"#{each.trial}" if each.trial else ""
        yield f"{each.name}{trial}: {each.text}"
    for difference in found.surroundings:
        yield f"different here: {difference}"
    if found.left_out:
        yield f"{counted(found.left_out, 'sample')} without a recorded score left out"
    yield f"{found.samples - len(found.changed)} of {counted(found.samples, 'sample')} came to the recorded scores"
