"""A journal in a remote store: nothing waits for the store, and a process that is killed loses one segment at most."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tests.llm.layers.journal.stores import AT_ONCE, PATIENT, FaultyStore, ask
from tests.waiting import HANG, auntil
from tool_sandbox.errors import HarnessError, SettingsError
from tool_sandbox.llm.layers.journal.calls import Journal
from tool_sandbox.llm.layers.journal.files import JournalFiles
from tool_sandbox.llm.layers.journal.segments import JournalSegments, Limits


@pytest.fixture
def store() -> FaultyStore:
    return FaultyStore()


def turns_in(path: Path) -> list[int]:
    return [json.loads(line)["turn"] for line in path.read_bytes().splitlines()]


async def test_another_machine_replays_what_was_written_before_an_orderly_end(store: FaultyStore) -> None:
    for text in ("first", "second"):
        journal = store.journal(PATIENT)
        await ask(journal, *range(3 if text == "first" else 5), text=text)
        assert not [name for name in store.puts if text == "first" and name.endswith(".jsonl")]
        await journal.flush()
        journal.close()

    again = store.journal()

    assert await ask(again, *range(6)) == ["first"] * 3 + ["second"] * 2 + ["asked"]
    assert [entry.key.turn for entry in again.entries()] == [5, 0, 1, 2, 3, 4]
    again.close()


async def test_segments_have_names_that_sort_and_stand_in_a_manifest(store: FaultyStore) -> None:
    for number in range(3):
        journal = store.journal(PATIENT)
        await ask(journal, number)
        journal.close()

    names = store.segments()
    manifest = json.loads(MemoryFileSystem().cat_file(f"{store.run}/calls/manifest.json"))

    assert [re.sub("-.*", "", name) for name in names] == ["00000001", "00000002", "00000003"]
    assert manifest == {"schema": 1, "segments": [f"calls/{name}" for name in names]}


async def test_a_segment_is_put_after_so_many_calls_or_so_many_seconds(store: FaultyStore) -> None:
    by_number, by_time = store.journal(Limits(seconds=1000, calls=3)), FaultyStore()
    await ask(by_number, 0, 1, 2)
    await auntil(store.segments_are(1))
    soon = by_time.journal(Limits(seconds=0.01, calls=1000))
    await ask(soon, 0)
    await auntil(by_time.segments_are(1))

    soon.close()
    by_number.close()


async def test_calls_do_not_wait_for_a_store_that_stalls(store: FaultyStore) -> None:
    store.open.clear()
    journal = store.journal(AT_ONCE)

    assert await ask(journal, *range(20)) == ["asked"] * 20
    journal.rewind("s", 0)
    assert await ask(journal, 3, text="again") == ["asked"]
    assert store.segments() == []

    store.open.set()
    await journal.flush()
    assert store.segments() != []
    journal.close()


async def test_calls_are_held_up_while_too_many_wait_and_the_loop_goes_on(store: FaultyStore) -> None:
    store.open.clear()
    journal = store.journal(Limits(seconds=0, waiting=2))
    await ask(journal, 0, 1)

    held = asyncio.create_task(ask(journal, 2))
    done, _ = await asyncio.wait([held], timeout=0.05)
    assert not done
    store.open.set()

    assert await held == ["asked"]
    journal.close()


async def test_a_call_that_is_given_up_while_it_is_held_up_is_written_all_the_same(store: FaultyStore) -> None:
    store.open.clear()
    journal = store.journal(Limits(seconds=0, waiting=1))
    await ask(journal, 0)
    held = asyncio.create_task(ask(journal, 1, text="paid"))
    await asyncio.wait([held], timeout=0.05)

    held.cancel()
    with pytest.raises(asyncio.CancelledError):
        await held
    store.open.set()
    await journal.flush()
    journal.close()

    again = store.journal()
    assert await ask(again, 1, text="again") == ["paid"]
    again.close()


async def test_calls_fail_when_the_store_has_taken_none_for_too_long_and_are_written_as_they_were_paid_for(
    store: FaultyStore,
) -> None:
    store.fails = ["the bucket is gone"] * 1000
    journal = store.journal(Limits(seconds=0, waiting=1, patience=0.05))
    await ask(journal, 0)

    with pytest.raises(HarnessError, match=r"cannot write the journal faulty://.*/calls: 1 .*the bucket is gone"):
        await ask(journal, 1, text="paid")
    store.fails = []
    journal.close()

    again = store.journal()
    assert await ask(again, 1, text="again") == ["paid"]
    again.close()


async def test_a_put_that_fails_is_tried_again_under_the_same_name(store: FaultyStore) -> None:
    store.fails = ["busy", "busy"]
    journal = store.journal(AT_ONCE)
    await ask(journal, 0)
    await journal.flush()
    journal.close()

    assert len({name for name in store.puts if name.endswith(".jsonl")}) == 1
    again = store.journal()
    assert await ask(again, 0, text="again") == ["asked"]
    again.close()


async def test_what_a_store_never_takes_is_left_in_a_file_that_mends_it(
    store: FaultyStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.fails = ["no space"] * 1000
    journal = store.journal(Limits(seconds=0, patience=0.05))
    await ask(journal, 0, 1, text="paid")

    with pytest.raises(SettingsError, match=r"2 calls could not be written to faulty.*no space") as caught:
        await journal.flush()
    journal.close()
    assert not caplog.records
    kept = Path(re.findall(r"Copy (\S+) into", str(caught.value))[0])
    MemoryFileSystem().put_file(kept, f"{store.run}/calls/{kept.name}")

    again = store.journal()
    assert await ask(again, 0, 1) == ["paid", "paid"]
    again.close()


async def test_what_is_left_in_a_file_stays_there_when_more_is_left(
    store: FaultyStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.fails = ["no space"] * 1000
    journal = store.journal(Limits(seconds=0, patience=0.05))
    await ask(journal, 0)
    with pytest.raises(SettingsError) as caught:
        await journal.flush()
    with pytest.raises(HarnessError):
        await ask(journal, 1)
    journal.close()

    kept = Path(re.findall(r"Copy (\S+) into", str(caught.value))[0])
    assert str(kept) in caplog.text
    assert turns_in(kept) == [0, 1]


async def test_whoever_closes_without_a_flush_is_told_in_the_log(
    store: FaultyStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.fails = ["no space"] * 1000
    journal = store.journal(Limits(seconds=0, patience=0.05))
    await ask(journal, 0)

    with caplog.at_level(logging.WARNING):
        journal.close()
    assert "1 call could not be written" in caplog.text


async def test_segments_that_a_listing_does_not_show_yet_are_found_through_the_manifest(store: FaultyStore) -> None:
    journal = store.journal()
    await ask(journal, 0)
    journal.close()
    store.lags = True

    again = store.journal()
    assert await ask(again, 0, text="again") == ["asked"]
    again.close()
    assert [name[:8] for name in store.segments()] == ["00000001"]


@pytest.mark.parametrize("manifest", [b"", b"{", b"[]", b'{"segments": 5}'])
async def test_a_manifest_that_nobody_can_read_is_done_without(store: FaultyStore, manifest: bytes) -> None:
    journal = store.journal()
    await ask(journal, 0)
    journal.close()
    MemoryFileSystem().pipe_file(f"{store.run}/calls/manifest.json", manifest)

    again = store.journal()
    assert await ask(again, 0, text="again") == ["asked"]
    again.close()


async def test_two_that_play_at_once_lose_nothing_and_take_in_each_others_calls(store: FaultyStore) -> None:
    first, second = store.journal(), store.journal()
    await ask(first, 0, text="first")
    await ask(second, 1, text="second")
    for journal in (first, second):
        await journal.flush()

    first.read_on()
    first.read_on()
    first.rewind("s", 0)
    assert await ask(first, 0, 1) == ["first", "second"]
    assert len(list(first.entries())) == 2
    first.close()
    second.close()
    assert [name[:8] for name in store.segments()] == ["00000001", "00000001"]


async def test_a_run_that_was_copied_from_a_disk_goes_on(store: FaultyStore, tmp_path: Path) -> None:
    for number, segment in enumerate((None, "worker-7")):
        local = Journal(JournalFiles(tmp_path, segment))
        await ask(local, number, text="on the disk")
        local.close()
    MemoryFileSystem().pipe_file(f"{store.run}/calls.jsonl", (tmp_path / "calls.jsonl").read_bytes())
    MemoryFileSystem().put_file(tmp_path / "calls" / "worker-7.jsonl", f"{store.run}/calls/worker-7.jsonl")

    journal = store.journal()
    assert await ask(journal, 0, 1, 2) == ["on the disk", "on the disk", "asked"]
    journal.close()


def test_a_store_that_cannot_be_read_says_why() -> None:
    class Locked(FaultyStore):
        def ls(self, path: str, *, detail: bool) -> list[str]:
            del path, detail
            message = "Forbidden"
            raise PermissionError(message)

    with pytest.raises(OSError, match="PermissionError: Forbidden"):
        Locked().journal()


KILLED = """
import asyncio, os, signal, sys
from fsspec.implementations.local import LocalFileSystem
from tests.llm.layers.journal.stores import ask
from tool_sandbox.llm.layers.journal.calls import Journal
from tool_sandbox.llm.layers.journal.segments import JournalSegments, Limits

async def main():
    journal = Journal(JournalSegments(LocalFileSystem(), sys.argv[1], "x", Limits(seconds=1000, calls=10)))
    await ask(journal, *range(10))
    while not os.path.exists(sys.argv[1] + "/calls/manifest.json"):
        await asyncio.sleep(0.01)
    await ask(journal, *range(10, 17))
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


async def test_a_process_that_is_killed_between_two_segments_loses_what_came_after_the_first(tmp_path: Path) -> None:
    run = [sys.executable, "-c", KILLED, str(tmp_path)]
    done = await asyncio.to_thread(subprocess.run, run, cwd=Path(__file__).parents[4], check=False, timeout=HANG)
    assert done.returncode == -signal.SIGKILL

    from fsspec.implementations.local import LocalFileSystem

    journal = Journal(JournalSegments(LocalFileSystem(), str(tmp_path), "x"))
    assert await ask(journal, *range(17), text="again") == ["asked"] * 10 + ["again"] * 7
    journal.close()


async def test_nothing_is_left_among_temporary_files(
    store: FaultyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    journal = store.journal()
    await ask(journal, 0)
    assert list(tmp_path.iterdir())  # noqa: ASYNC240 -- a look into a folder of the test's own
    journal.close()
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240 -- the same
