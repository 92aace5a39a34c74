# ruff: noqa: T201 -- printing is the subject

"""What a piece of code prints is collected in its own thread only, whoever else redirects what."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tool_sandbox.common.execution.capture import Dispatcher, captured_output, dispatched_output


def test_the_stream_of_the_process_is_put_back(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout
    with captured_output() as outer:
        print("outer")
        with captured_output() as inner:
            print("inner")
        print("outer again")

    assert (outer.getvalue(), inner.getvalue()) == ("outer\nouter again\n", "inner\n")
    assert sys.stdout is before
    assert capsys.readouterr().out == ""


def test_a_redirection_that_ends_while_something_is_collected_loses_nothing() -> None:
    begun, over = threading.Event(), threading.Event()

    def collect() -> str:
        with captured_output() as collected:
            begun.set()
            over.wait(60)
            print("of the thread")
        return collected.getvalue()

    before, elsewhere = sys.stdout, io.StringIO()
    with ThreadPoolExecutor() as threads, dispatched_output():
        with contextlib.redirect_stdout(elsewhere):
            collecting = threads.submit(collect)
            begun.wait(60)
            print("of the main thread")
        over.set()
        assert collecting.result(60) == "of the thread\n"

    assert elsewhere.getvalue() == "of the main thread\n"
    assert sys.stdout is before


def test_a_redirection_that_begins_while_something_is_collected_loses_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    collecting = captured_output()
    collected = collecting.__enter__()
    redirection = contextlib.redirect_stdout(io.StringIO())
    elsewhere = redirection.__enter__()
    collecting.__exit__(None, None, None)
    print("redirected")
    redirection.__exit__(None, None, None)
    print("as before")
    with captured_output():
        pass

    assert (collected.getvalue(), elsewhere.getvalue()) == ("", "redirected\n")
    assert capsys.readouterr().out == "as before\n"
    assert type(sys.stdout).__module__ != "tool_sandbox.common.execution.capture"


class _Locked(io.StringIO):
    """A stream with a lock, as displays have one."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def write(self, text: str) -> int:
        with self.lock:
            return super().write(text)

    def flush(self) -> None:
        with self.lock:
            super().flush()


def test_whoever_collects_waits_for_no_lock_of_the_stream_beneath() -> None:
    beneath = _Locked()
    with contextlib.redirect_stdout(beneath), beneath.lock, captured_output() as collected:
        print("collected", flush=True)
        sys.stdout.flush()

    assert collected.getvalue() == "collected\n"


def test_bytes_are_collected_as_text() -> None:
    with captured_output() as collected:
        sys.stdout.buffer.write("größer\n".encode())
        print(sys.stdout.isatty(), sys.stdout.writable())

    assert collected.getvalue() == "größer\nFalse True\n"


def test_what_others_put_on_the_stream_is_still_there() -> None:
    class Notebook(io.StringIO):
        parent = "cell 1"

    with contextlib.redirect_stdout(Notebook()), captured_output():
        assert getattr(sys.stdout, "parent", None) == "cell 1"
        assert not hasattr(sys.stdout, "no_such_thing")


def test_a_dispatcher_that_is_being_forgotten_asks_for_its_stream_no_more() -> None:
    dispatcher = Dispatcher(sys.stdout)
    vars(dispatcher).clear()  # as the interpreter does it, and then looks for attributes

    assert dispatcher.stream is None
    assert not hasattr(dispatcher, "name")


def test_who_prints_while_the_stream_is_put_back_can_finish(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(50):
        began, ends = threading.Event(), threading.Event()

        class Slow:
            def __init__(self, began: threading.Event, ends: threading.Event) -> None:
                self.began, self.ends = began, ends

            def __str__(self) -> str:
                self.began.set()
                self.ends.wait()
                return "slow"

        with dispatched_output():
            printing = threading.Thread(target=print, args=(Slow(began, ends),))
            printing.start()
            began.wait()
        ends.set()
        printing.join()

    assert capsys.readouterr().out == 50 * "slow\n"


def test_a_process_without_a_stream_can_collect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with captured_output() as collected:
        print("collected")

    assert collected.getvalue() == "collected\n"
    assert sys.stdout is None
