"""Running the command line in tests: in this process, or in one of its own that can be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.waiting import HANG
from tool_sandbox.cli.app import exit_code
from tool_sandbox.registry.settings import LATEST

ROOT = Path(__file__).resolve().parents[2]
SERVER = Path(__file__).with_name("openai_server.py")
EASY = ("switch_wifi_off", "ticker_symbol_of_company")


def spawn(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start the command line in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tool_sandbox", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
    )


def call(
    *arguments: str, environment: Mapping[str, str] | None = None, timeout: float = HANG
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own to its end."""
    process = spawn(*arguments, environment=environment)
    try:
        out, err = process.communicate(timeout=timeout)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def call_here(capsys: pytest.CaptureFixture[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The same in this process, which takes a fraction of the time."""
    capsys.readouterr()
    code = exit_code(arguments)
    return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())


@contextmanager
def openai_server(*arguments: str) -> Iterator[str]:
    """An OpenAI-compatible server in a process of its own; yields its base URL."""
    with subprocess.Popen([sys.executable, str(SERVER), *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def run_directory(base: Path) -> Path:
    """The one run directory under ``base``."""
    (directory,) = run_directories(base)
    return directory


def run_directories(base: Path) -> list[Path]:
    """Every run directory under ``base``, without ``latest``."""
    return sorted(path for path in base.iterdir() if path.name != LATEST and not path.name.startswith("."))
