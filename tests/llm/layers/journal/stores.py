"""A remote store in memory that fails, lags and stalls as told, and calls to journal in it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from fsspec.implementations.memory import MemoryFileSystem

from tests.llm.fakes import FakeModel, answer, question
from tool_sandbox.llm.chat import CallTag, ChatRequest
from tool_sandbox.llm.layers.journal.calls import Journal
from tool_sandbox.llm.layers.journal.layer import Journaled
from tool_sandbox.llm.layers.journal.segments import JournalSegments, Limits

PATIENT = Limits(seconds=1000, calls=1000)
"""Nothing is put before the end."""
AT_ONCE = Limits(seconds=0)


class FaultyStore:
    """An fsspec file system with faults; its files are those of ``memory://``.

    Args:
        run: The path of a run directory.
    """

    def __init__(self, run: str | None = None) -> None:
        self.run = run or f"/runs-{uuid4()}/one"
        self.fails: list[str] = []
        """What the next puts of segments fail with."""
        self.lags = False
        """Whether listings show nothing."""
        self.open = threading.Event()
        """Puts wait for it."""
        self.open.set()
        self.puts: list[str] = []
        self._files = MemoryFileSystem()

    def pipe_file(self, path: str, content: bytes) -> None:
        self.open.wait()
        name = path.removeprefix(f"{self.run}/")
        self.puts.append(name)
        if self.fails and name.endswith(".jsonl"):
            raise ConnectionError(self.fails.pop(0))
        self._files.pipe_file(path, content)

    def ls(self, path: str, *, detail: bool) -> list[str]:
        found: list[str] = [] if self.lags else self._files.ls(path, detail=detail)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._files, name)

    def journal(self, limits: Limits | None = None) -> Journal:
        """A journal in the run directory, as a process has it that begins to play the run."""
        return Journal(JournalSegments(self, self.run, f"faulty://{self.run}", limits))

    def segments_are(self, number: int) -> Callable[[], bool]:
        """Whether so many segments are there."""
        return lambda: len(self.segments()) == number

    def segments(self) -> list[str]:
        """The names of the segments that are there."""
        folder = f"{self.run}/calls"
        found = self._files.ls(folder, detail=False) if self._files.exists(folder) else []
        return sorted(path.rpartition("/")[2] for path in found if path.endswith(".jsonl"))


def turn(number: int) -> ChatRequest:
    """The request of a turn."""
    return question(f"turn {number}", tag=CallTag(scenario="s", turn=number))


async def ask(journal: Journal, *turns: int, text: str = "asked") -> list[str | None]:
    """What a model that says ``text`` answers, or said before."""
    model = Journaled(FakeModel(answer(text)), journal)
    return [(await model.acomplete(turn(number))).text for number in turns]
