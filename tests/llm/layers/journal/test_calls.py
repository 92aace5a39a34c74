"""A run goes on after a crash without paying twice, and its journal holds no secrets."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.llm.fakes import FakeModel, answer, call, question
from tests.llm.layers.journal.stores import ask
from tests.waiting import HANG, auntil, until
from tool_sandbox.errors import HarnessError, MalformedResponseError, ProviderError, RateLimitError, RefusalError
from tool_sandbox.llm.chat import Attempt, CallTag, ChatRequest, Usage
from tool_sandbox.llm.layers.journal.calls import Journal
from tool_sandbox.llm.layers.journal.files import JournalFiles
from tool_sandbox.llm.layers.journal.layer import Journaled
from tool_sandbox.llm.layers.journal.store import Place


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "calls.jsonl"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = opened(path)
    yield journal
    journal.close()


def reopened(journal: Journal, path: Path) -> Journal:
    journal.close()
    return opened(path)


def opened(path: Path, **how: Any) -> Journal:
    return Journal(JournalFiles(path.parent), **how)


def written(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def turn(number: int, *, trial: int = 0, role: str = "AGENT") -> ChatRequest:
    return question(f"turn {number}", tag=CallTag(run="r", scenario="s", trial=trial, role=role, turn=number))


def test_a_finished_call_is_replayed_at_no_cost_after_a_restart(journal: Journal, path: Path) -> None:
    original = answer("Hello.", tool_calls=[call(arguments='{"name": "Dana"}')], provider_fields={"signature": "a+/="})
    Journaled(FakeModel(original), journal).complete(turn(1))

    again = reopened(journal, path)
    inner = FakeModel()
    replayed = Journaled(inner, again).complete(turn(1))

    assert inner.calls == 0
    assert replayed == evolve(original, replayed=True, cost=0.0, saved_cost=0.0035)
    again.close()


def test_a_replayed_answer_of_the_cache_still_says_what_it_saved(journal: Journal, path: Path) -> None:
    Journaled(FakeModel(answer(cached=True, cost=0.0, saved_cost=0.0035)), journal).complete(turn(1))

    again = reopened(journal, path)
    assert Journaled(FakeModel(), again).complete(turn(1)).saved_cost == 0.0035
    again.close()


async def test_the_asynchronous_path_does_the_same(journal: Journal, path: Path) -> None:
    await Journaled(FakeModel(), journal).acomplete(turn(1))

    again = reopened(journal, path)
    inner = FakeModel()

    assert (await Journaled(inner, again).acomplete(turn(1))).replayed
    assert not (await Journaled(inner, again).acomplete(turn(2))).replayed
    assert inner.calls == 1
    again.close()


def test_answers_of_fallbacks_that_nobody_wants_are_asked_for_again_and_stay_paid(journal: Journal, path: Path) -> None:
    Journaled(FakeModel(answer("spare", fallback=True)), journal).complete(turn(1))
    journal.close()

    again = opened(path, replays_fallbacks=False)
    assert Journaled(FakeModel(answer("main")), again).complete(turn(1)).text == "main"
    again.close()

    last = opened(path, replays_fallbacks=False)
    assert Journaled(FakeModel(), last).complete(turn(1)).text == "main"
    assert [entry.response and entry.response.text for entry in last.entries()] == ["spare", "main"]
    last.close()


@pytest.mark.parametrize(
    "other",
    [
        turn(1, trial=1),
        turn(1, role="USER"),
        question("turn 1", tag=CallTag(scenario="s", turn=2)),
        question("turn 1", tag=CallTag(scenario="another", turn=1)),
        question("another", tag=CallTag(scenario="s", turn=1)),
        evolve(turn(1), params={"temperature": 1.0}),
    ],
)
def test_another_call_is_not_replayed(journal: Journal, path: Path, other: ChatRequest) -> None:
    Journaled(FakeModel(), journal).complete(turn(1))
    again = reopened(journal, path)

    assert not Journaled(FakeModel(), again).complete(other).replayed
    again.close()


def test_identical_calls_of_one_turn_are_told_apart_by_their_order(journal: Journal, path: Path) -> None:
    model = Journaled(FakeModel(answer("first"), answer("second")), journal)
    texts = [model.complete(turn(1)).text for _ in range(2)]

    again = reopened(journal, path)
    model = Journaled(FakeModel(answer("third")), again)

    assert texts == ["first", "second"]
    assert [model.complete(turn(1)).text for _ in range(3)] == ["first", "second", "third"]
    again.close()


def test_a_failed_call_is_asked_again_and_leaves_no_gap(journal: Journal, path: Path) -> None:
    model = Journaled(FakeModel(RateLimitError("slow down"), answer("at last")), journal)
    with pytest.raises(RateLimitError):
        model.complete(turn(1))
    model.complete(turn(1))

    again = reopened(journal, path)

    assert Journaled(FakeModel(), again).complete(turn(1)).text == "at last"
    assert len(again) == 1
    again.close()


async def test_a_cancelled_call_leaves_no_gap(journal: Journal) -> None:
    inner = FakeModel(delay=HANG)
    task = asyncio.create_task(Journaled(inner, journal).acomplete(turn(1)))
    await auntil(lambda: inner.running)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert journal.claim(turn(1)).occurrence == 0


def test_a_sample_started_over_in_the_same_process_is_replayed(journal: Journal) -> None:
    inner = FakeModel()
    model = Journaled(inner, journal)
    model.complete(turn(1))
    model.complete(turn(1, trial=1))
    journal.rewind("s", 0)

    assert model.complete(turn(1)).replayed
    assert not model.complete(turn(1, trial=1)).replayed
    assert inner.calls == 3


def test_of_a_sample_that_is_over_the_journal_knows_only_where_its_calls_stand(journal: Journal) -> None:
    inner = FakeModel(answer("one"), RateLimitError("slow down"), answer("two"), answer("three"))
    model = Journaled(inner, journal)
    model.complete(turn(1))
    with pytest.raises(RateLimitError):
        model.complete(turn(2))
    model.complete(turn(1, trial=1))
    journal.settle("s", 0)

    assert len(journal) == 2
    assert [entry.response and entry.response.text for entry in journal.entries()] == ["one", "two"]
    assert not model.complete(turn(1)).replayed
    journal.rewind("s", 1)
    assert model.complete(turn(1, trial=1)).replayed


@pytest.mark.parametrize("kept", [1, 10, -20, -2])
def test_a_torn_last_line_is_cut_off_and_only_its_call_is_paid_again(journal: Journal, path: Path, kept: int) -> None:
    model = Journaled(FakeModel(), journal)
    for number in (1, 2):
        model.complete(turn(number))
    journal.close()
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second[:kept])

    again = opened(path)
    assert path.read_bytes() == first
    inner = FakeModel()
    model = Journaled(inner, again)
    assert [model.complete(turn(number)).replayed for number in (1, 2)] == [True, False]
    last = reopened(again, path)

    assert [entry.key.turn for entry in last.entries()] == [1, 2]
    assert last.damaged_lines == 0
    last.close()


def test_a_last_line_that_only_lacks_its_end_is_kept(journal: Journal, path: Path) -> None:
    Journaled(FakeModel(), journal).complete(turn(1))
    journal.close()
    path.write_bytes(path.read_bytes().rstrip(b"\n"))

    again = opened(path)
    model = Journaled(FakeModel(), again)
    assert model.complete(turn(1)).replayed
    model.complete(turn(2))
    last = reopened(again, path)

    assert len(last) == 2
    last.close()


@pytest.mark.parametrize("damage", [b"\x00\x00\n", b"{}\n", b"[1]\n", b'{"schema": 99}\n', b"null\n", b"\xff\n"])
def test_a_damaged_line_in_the_middle_is_skipped(journal: Journal, path: Path, damage: bytes) -> None:
    Journaled(FakeModel(), journal).complete(turn(1))
    journal.close()
    line = path.read_bytes()
    path.write_bytes(damage + line)

    again = opened(path)

    assert again.damaged_lines == 1
    assert Journaled(FakeModel(), again).complete(turn(1)).replayed
    again.close()


def test_many_threads_write_whole_lines_and_lose_none(journal: Journal, path: Path) -> None:
    model = Journaled(FakeModel(answer("x" * 3000)), journal)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: model.complete(turn(number)), range(200)))

    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert sorted(line["turn"] for line in lines) == list(range(200))


async def test_many_tasks_write_whole_lines(journal: Journal, path: Path) -> None:
    model = Journaled(FakeModel(), journal)

    await asyncio.gather(*(model.acomplete(turn(number)) for number in range(100)))

    again = reopened(journal, path)
    assert {entry.key.turn for entry in again.entries()} == set(range(100))
    again.close()


class Watched(JournalFiles):
    """Files that tell when the disk was asked to keep them, and do not when it refuses."""

    def __init__(self, directory: Path, error: OSError | None = None) -> None:
        super().__init__(directory)
        self.error, self.refused = error, 0
        self.kept: list[int] = []
        """Bytes that there were each time."""

    def sync(self) -> None:
        if self.error is not None:
            self.refused += 1
            raise self.error
        super().sync()
        self.kept.append(self.path.stat().st_size)


def test_the_disk_is_asked_to_keep_what_was_written_a_moment_later(path: Path) -> None:
    files = Watched(path.parent)
    model = Journaled(FakeModel(), Journal(files))
    for number in range(5):
        model.complete(turn(number))

    until(lambda: files.kept[-1:] == [path.stat().st_size])


def test_the_disk_has_everything_when_that_is_waited_for(path: Path) -> None:
    files = Watched(path.parent)
    journal = Journal(files)
    Journaled(FakeModel(), journal).complete(turn(1))

    journal.sync()

    assert path.stat().st_size in files.kept
    journal.close()
    assert len(journal) == 1


async def test_a_disk_that_did_not_keep_what_was_written_is_told_of_when_that_is_waited_for(path: Path) -> None:
    files = Watched(path.parent, OSError(5, "Input/output error"))
    journal = Journal(files)
    await ask(journal, 1)
    await auntil(lambda: files.refused > 0)
    files.error = None  # a disk says it once

    await ask(journal, 2)
    with pytest.raises(OSError, match="Input/output error"):
        journal.sync()

    journal.sync()
    again = reopened(journal, path)
    assert [entry.key.turn for entry in again.entries()] == [1, 2]
    again.close()


class Full(JournalFiles):
    """Files that have no room until the journal is closed."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.is_asked, self.is_closed = threading.Event(), threading.Event()

    @property
    def has_room(self) -> bool:
        return False

    def await_room(self) -> None:
        self.is_asked.set()
        self.is_closed.wait(HANG)


async def test_a_call_that_waits_while_the_journal_is_closed_is_written_into_no_file_of_others(path: Path) -> None:
    files = Full(path.parent)
    journal = Journal(files)
    waiting = asyncio.create_task(ask(journal, 1))
    await asyncio.to_thread(files.is_asked.wait, HANG)

    journal.close()
    with (path.parent / "other").open("wb") as other:  # it has the number that the file of the journal had
        files.is_closed.set()
        with pytest.raises(HarnessError, match="is closed"):
            await waiting
        assert os.fstat(other.fileno()).st_size == 0


class Broken(JournalFiles):
    def append(self, line: bytes) -> Place:
        raise ZeroDivisionError


async def test_a_store_that_fails_in_any_way_leaves_nobody_waiting(path: Path) -> None:
    journal = Journal(Broken(path.parent))

    for number in (1, 2):
        with pytest.raises(HarnessError, match="cannot write the journal"):
            await journal.append(journal.claim(turn(number)), turn(number), answer())
    journal.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.llm.fakes import FakeModel, question
from tool_sandbox.llm.chat import CallTag
from tool_sandbox.llm.layers.journal.calls import Journal
from tool_sandbox.llm.layers.journal.files import JournalFiles
from tool_sandbox.llm.layers.journal.layer import Journaled
from tool_sandbox.llm.layers.journal.store import Place
model = Journaled(FakeModel(), Journal(JournalFiles(Path(sys.argv[1]))))
for number in range(3):
    model.complete(question(f"turn {number}", tag=CallTag(run="r", scenario="s", turn=number)))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_right_after_a_call_loses_nothing(path: Path) -> None:
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", KILLED, str(path.parent)], cwd=root, check=False, timeout=HANG)
    assert done.returncode == -signal.SIGKILL

    journal = opened(path)
    inner = FakeModel()
    model = Journaled(inner, journal)

    assert all(model.complete(turn(number)).replayed for number in range(3))
    assert inner.calls == 0
    journal.close()


def test_secrets_are_never_written(path: Path) -> None:
    journal = opened(path, secrets=["my-own-secret"])
    request = question(
        params={
            "api_key": "sk-live-0123456789abcdef",
            "extra_headers": {"Authorization": "Bearer abcdef0123456789", "X-Team": "qa"},
            "aws_secret_access_key": "wJalrXUtnFEMI",
            "metadata": {"note": "holds my-own-secret"},
            "max_tokens": 7,
        }
    )
    response = answer(
        "it is my-own-secret",
        endpoint="https://joe:hunter22@gateway.local/v1?key=AIzaSyA0123456789",
        attempts=[Attempt(number=1, error="AuthenticationError: Incorrect API key provided: sk-live-9876543210fedcba")],
    )
    Journaled(FakeModel(response), journal).complete(request)
    journal.close()

    text = path.read_text(encoding="utf-8")
    for secret in (
        "sk-live",
        "abcdef0123456789",
        "wJalrXUtnFEMI",
        "my-own-secret",
        "hunter22",
        "AIzaSyA0123456789",
        "9876543210fedcba",
    ):
        assert secret not in text
    record = json.loads(text)
    assert record["params"]["max_tokens"] == 7
    assert record["params"]["extra_headers"]["X-Team"] == "qa"


def test_what_the_provider_wants_back_is_written_as_it_is(journal: Journal, path: Path) -> None:
    fields: dict[str, Any] = {"thinking_blocks": [{"signature": "sk-abcdefghijklmnop", "token": "t", "text": "hmm"}]}
    Journaled(FakeModel(answer(provider_fields=fields)), journal).complete(turn(1))
    again = reopened(journal, path)

    assert Journaled(FakeModel(), again).complete(turn(1)).provider_fields == fields
    again.close()


@pytest.mark.parametrize("text", ["\ud800 lone", "line\nbreak\r\u2028", "日本語 🙂", "\x00"])
def test_any_text_survives(journal: Journal, path: Path, text: str) -> None:
    Journaled(FakeModel(answer(text)), journal).complete(turn(1))
    again = reopened(journal, path)

    assert Journaled(FakeModel(), again).complete(turn(1)).text == text
    again.close()


def test_entries_say_who_asked_whom(journal: Journal) -> None:
    tag = CallTag(run="r", scenario="s", trial=2, role="USER", turn=3, user="ada")
    Journaled(FakeModel(), journal).complete(question(tag=tag))

    (entry,) = journal.entries()

    assert entry.response is not None
    assert (entry.tag, entry.model, entry.response.cost) == (tag, "openai/gpt-test", 0.0035)


def test_a_full_disk_is_our_fault_and_leaves_no_torn_line(path: Path) -> None:
    journal = opened(path)
    model = Journaled(FakeModel(), journal)
    model.complete(turn(1))
    whole = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 50, limits[1]))
    try:
        with pytest.raises(HarnessError, match="cannot write the journal"):
            model.complete(turn(2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert path.read_bytes() == whole
    assert not model.complete(turn(2)).replayed
    journal.close()


def test_a_closed_journal_says_so(journal: Journal) -> None:
    journal.close()
    journal.close()

    with pytest.raises(HarnessError, match="is closed"):
        Journaled(FakeModel(), journal).complete(turn(1))


def test_a_request_that_is_not_json_is_refused_before_it_costs_anything(journal: Journal) -> None:
    inner = FakeModel()

    with pytest.raises(HarnessError, match="not JSON-able"):
        Journaled(inner, journal).complete(question(params={"response_format": object()}))
    assert inner.calls == 0


def test_no_thread_is_started_before_something_is_written(path: Path) -> None:
    before = threading.active_count()
    journal = opened(path)

    assert threading.active_count() == before
    journal.close()


USAGE = Usage(prompt_tokens=1000, completion_tokens=100)
PAID = [RefusalError("filtered sk-abcdefghijkl", usage=USAGE, cost=0.002), MalformedResponseError("cut")]


@pytest.mark.parametrize("error", PAID, ids=["billed", "in doubt"])
async def test_a_failure_that_was_paid_for_has_a_line_and_is_asked_again(
    journal: Journal, path: Path, error: ProviderError
) -> None:
    model = Journaled(FakeModel(error), journal)
    with pytest.raises(type(error)):
        await model.acomplete(turn(1))
    assert "abcdefghijkl" not in written(path)

    again = reopened(journal, path)
    (entry,) = again.entries()
    assert (entry.response, entry.tag.scenario, len(again)) == (None, "s", 0)
    assert [(each.usage, each.cost) for each in entry.tries] == [(error.usage, error.cost)]
    assert Journaled(FakeModel(answer("Hello.")), again).complete(turn(1)).text == "Hello."
    assert [entry.response is None for entry in again.entries()] == [True, False]
    again.close()


def test_a_failure_that_cost_nothing_has_no_line(journal: Journal, path: Path) -> None:
    with pytest.raises(RateLimitError):
        Journaled(FakeModel(RateLimitError("slow down", status=429)), journal).complete(turn(1))
    assert path.read_bytes() == b""


def test_a_replayed_answer_keeps_what_the_tries_before_it_cost(journal: Journal, path: Path) -> None:
    tries = (Attempt(number=1, error="RefusalError: x", usage=USAGE, cost=0.002), Attempt(number=2))
    Journaled(FakeModel(answer(attempts=tries)), journal).complete(turn(1))
    again = reopened(journal, path)
    assert Journaled(FakeModel(), again).complete(turn(1)).attempts == tries
    again.close()


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (["trial"], []),
        (["scenario"], {}),
        (["request"], [[]]),
        (["occurrence"], None),
        (["response"], 5),
        (["response", "text"], ["Hello"]),
        (["response", "tool_calls"], "none"),
        (["response", "usage"], [1]),
        (["response", "usage", "prompt_tokens"], {}),
        (["response", "cost"], "free"),
        (["response", "adjustments"], 5),
        (["response", "attempts"], [{"number": "first"}]),
        (["response", "unknown"], 5),
    ],
)
def test_a_line_with_a_value_of_another_kind_is_damaged(
    journal: Journal, path: Path, where: list[str], value: Any
) -> None:
    Journaled(FakeModel(answer("Hello.")), journal).complete(turn(1))
    line = json.loads(path.read_text())
    place = line
    for key in where[:-1]:
        place = place[key]
    place[where[-1]] = value
    path.write_text(json.dumps(line) + "\n")

    again = reopened(journal, path)

    assert (len(again), again.damaged_lines) == (0, 1)
    again.close()
