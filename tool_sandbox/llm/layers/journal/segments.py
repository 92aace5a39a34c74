"""Segments of a journal in a store that holds whole files only, such as S3 or GCS: put there every few seconds."""

from __future__ import annotations

import json
import logging
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from attrs import frozen

from tool_sandbox.common.counted import counted
from tool_sandbox.llm.layers.journal.files import JournalFiles
from tool_sandbox.llm.layers.journal.store import CALLS, SEGMENTS, Place

MANIFEST = f"{SEGMENTS}/manifest.json"
"""Names the segments, for stores whose listings come late."""
_NUMBERED = re.compile(rf"{SEGMENTS}/(\d+)-\w+\.jsonl")
_READERS = 16
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
"""Seconds between two tries of a put."""

logger = logging.getLogger(__name__)


@frozen(kw_only=True)
class Limits:
    """When a segment is put into the store, and how much may wait for it."""

    seconds: float = 5.0
    """After so long."""
    calls: int = 100
    """Before that, when there are so many."""
    waiting: int = 1000
    """So many calls may wait; further ones are held up, which holds up their samples."""
    patience: float = 60.0
    """Seconds for which the store may take nothing before calls fail."""


class JournalSegments:
    """Reads all segments of a run in an fsspec file system and puts new ones beside them, under names that sort.

    A line that was taken is in a file among temporary ones at once, from which it is read, and in the store with the
    next segment: a process that is killed loses one segment at most. Everything is written in a thread of its own.

    Args:
        files: The file system.
        run: The path of the run directory in it.
        url: What to call the run directory in messages.
        limits: How often it writes.

    Raises:
        OSError: This machine has no room for temporary files.
    """

    def __init__(self, files: Any, run: str, url: str, limits: Limits | None = None) -> None:
        self._remote, self._run, self._url, self._limits = files, run.rstrip("/"), url, limits or Limits()
        self._directory = Path(tempfile.mkdtemp(prefix="tool_sandbox-calls-"))
        self._spool = JournalFiles(self._directory)
        self._writer = uuid4().hex[:8]
        self._known: list[str] = []
        """Segments that are here or were put by this process."""
        self._changed = threading.Condition()
        self._waiting: list[bytes] = []
        self._since = 0.0
        """When the first of them came."""
        self._trouble = ""
        self._hurries = self._is_closed = self._is_kept = False
        self._thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        """The URL of the folder that is written."""
        return f"{self._url}/{SEGMENTS}"

    def unread(self) -> Iterator[tuple[Place, bytes]]:
        """Every line in the store that was not given before.

        Raises:
            OSError: The store does not let itself be read.
        """
        self._fetch()
        return self._spool.unread()

    def read(self, place: Place) -> bytes:
        """The line at a place, from this machine."""
        return self._spool.read(place)

    @property
    def has_room(self) -> bool:
        """Whether not too many lines are on their way."""
        return len(self._waiting) < self._limits.waiting and not self._is_closed

    def append(self, line: bytes) -> Place:
        """Take a line for the next segment."""
        place = self._spool.append(line)
        with self._changed:
            self._since = self._since if self._waiting else time.monotonic()
            self._waiting.append(line)
            if self._thread is None:
                self._thread = threading.Thread(target=self._send, name="journal-segments", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return place

    def await_room(self) -> None:
        """Wait while too many are on their way.

        Raises:
            OSError: The store has taken none for too long.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.has_room or self._is_closed, self._limits.patience)
        if not self.has_room:
            message = f"{len(self._waiting)} calls wait for it already ({self._trouble or 'it is slow'})"
            raise OSError(message)

    def sync(self) -> None:
        """Nothing is to be done for this machine's disk: the store has it with the next segment."""

    def flush(self, patience: float | None = None) -> None:
        """Put what waits into the store.

        Args:
            patience: Seconds to wait for that.

        Raises:
            OSError: The store does not take it; it is left in a file of this machine, which the message names.
        """
        with self._changed:
            self._hurries = True
            self._changed.notify_all()
            if self._changed.wait_for(lambda: not self._waiting, patience or self._limits.patience):
                self._hurries = False
                return
            left, self._waiting, self._is_kept = self._waiting, [], True
        self._end()
        path = self._directory / Path(self._name()).name
        with path.open("ab") as file:  # some may have been left before
            file.write(b"".join(left))
        message = (
            f"{counted(len(left), 'call')} could not be written to {self.name}: {self._trouble or 'it is too slow'}. "
            f"Copy {path} into that folder before you go on with the run, or they are paid for again."
        )
        raise OSError(message)

    def close(self) -> None:
        """Flush, with a little patience, and remove from this machine what nobody needs any more."""
        if self._waiting:
            try:
                self.flush(min(self._limits.patience, 2 * _LONGEST_PAUSE))
            except OSError as error:
                logger.warning("%s", error)
        self._end()
        self._spool.close()
        if not self._is_kept:
            shutil.rmtree(self._directory, ignore_errors=True)

    def _end(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _name(self) -> str:
        """The next segment: behind all that are there, and nobody else's."""
        numbers = [int(found[1]) for name in self._known if (found := _NUMBERED.fullmatch(name))]
        return f"{SEGMENTS}/{max(numbers, default=0) + 1:08d}-{self._writer}.jsonl"

    def _send(self) -> None:
        """Put one segment after the other, in a thread of its own."""
        while lines := self._due():
            name, pause = self._name(), _SHORTEST_PAUSE
            while not self._put(name, lines):
                with self._changed:
                    if self._changed.wait_for(lambda: self._is_closed, pause):
                        return
                pause = min(2 * pause, _LONGEST_PAUSE)
            with self._changed:
                del self._waiting[: len(lines)]
                self._since = time.monotonic()
                self._changed.notify_all()

    def _due(self) -> list[bytes]:
        """What makes up the next segment, when it is time for it; nothing when there will be none any more."""
        with self._changed:
            while not self._is_closed:
                left = self._since + self._limits.seconds - time.monotonic()
                if self._waiting and (self._hurries or left <= 0 or len(self._waiting) >= self._limits.calls):
                    return list(self._waiting)
                self._changed.wait(left if self._waiting else None)
            return []

    def _put(self, name: str, lines: Sequence[bytes]) -> bool:
        """Try to write a segment and the manifest that names it; both may be written again."""
        manifest = {"schema": 1, "segments": [*self._known, name]}
        try:
            with suppress(Exception):  # stores without folders; whether it worked, the next lines say
                self._remote.makedirs(f"{self._run}/{SEGMENTS}", exist_ok=True)
            self._remote.pipe_file(f"{self._run}/{name}", b"".join(lines))
            self._remote.pipe_file(f"{self._run}/{MANIFEST}", json.dumps(manifest, indent=1).encode())
        except Exception as error:  # noqa: BLE001 -- the packages for remote stores have errors of their own
            self._trouble = f"{type(error).__name__}: {error}"
            return False
        self._known.append(name)
        self._trouble = ""
        return True

    def _fetch(self) -> None:
        """Bring the segments that are new here to this machine, in the order of their names."""
        try:
            new = sorted(self._listed() - set(self._known))
            with ThreadPoolExecutor(_READERS) as pool, self._earlier().open("ab") as earlier:
                for name, content in zip(new, pool.map(self._content, new), strict=True):
                    if content:  # else it is named and not there, or not yet
                        earlier.write(content[: content.rfind(b"\n") + 1])
                        self._known.append(name)
        except Exception as error:
            message = f"{type(error).__name__}: {error}"
            raise OSError(message) from error

    def _earlier(self) -> Path:
        path = self._directory / SEGMENTS / "earlier.jsonl"
        path.parent.mkdir(exist_ok=True)
        return path

    def _listed(self) -> set[str]:
        """The names of all segments but its own, from the run directory on."""
        self._remote.invalidate_cache()
        names = {CALLS, *_named_in(self._content(MANIFEST))}
        with suppress(FileNotFoundError):
            found = self._remote.ls(f"{self._run}/{SEGMENTS}", detail=False)
            names |= {f"{SEGMENTS}/{path.rpartition('/')[2]}" for path in found}
        return {name for name in names if name.endswith(".jsonl") and not name.endswith(f"-{self._writer}.jsonl")}

    def _content(self, name: str) -> bytes:
        """What stands in a file; nothing where there is none."""
        try:
            content: bytes = self._remote.cat_file(f"{self._run}/{name}")
        except FileNotFoundError:
            return b""
        return content


def _named_in(manifest: bytes) -> list[str]:
    """The segments that a manifest names; none where nobody can read it, since it only repeats what is there."""
    try:
        return [str(name) for name in json.loads(manifest)["segments"]]
    except (ValueError, TypeError, LookupError):
        return []
