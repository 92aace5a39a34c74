"""An OpenAI-compatible server for one GGUF file, in a process of its own.

A crash or a hang of the native code never takes the run along, and the server cannot outlive it: the child holds the
reading end of a pipe whose other end only we hold, and leaves as soon as that end closes, however we died.

``python -m tool_sandbox.llm.local.server`` is the child; it reads its settings as one JSON line from that pipe.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any, Self

from tool_sandbox.errors import ProviderUnavailableError, UsageError
from tool_sandbox.llm.local.gguf_header import read_header

CONTEXT = 8192
"""Tokens one conversation may hold, unless the model was made for fewer."""


class LocalServer:
    """Serves a GGUF file at ``base_url`` while the ``with`` block lasts.

    Args:
        path: The model file.
        name: The model's name in requests; the file's stem if not given.
        context: Tokens one conversation may hold; never more than the model was made for.
        slots: Conversations whose prompts stay in memory at the same time (agent and user are two).
        threads: Processor threads; all that this process may use if not given.
        startup_timeout: Seconds the model may take to load.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        name: str | None = None,
        context: int = CONTEXT,
        slots: int = 2,
        threads: int | None = None,
        startup_timeout: float = 180.0,
    ) -> None:
        self.path = Path(path)
        self.model_name = name or self.path.stem
        self.context = min(context, trained_context(self.path) or context)
        self.slots = slots
        self.threads = threads or usable_processors()
        self.startup_timeout = startup_timeout
        self.api_key = secrets.token_urlsafe(16)
        self.base_url = ""
        self._child: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop the server, whatever happened."""
        self.stop()

    @property
    def model(self) -> str:
        """The LiteLLM model string; call it with ``api_base=base_url`` and ``api_key=api_key``."""
        return f"openai/{self.model_name}"

    @property
    def pid(self) -> int | None:
        """Process id of the running server."""
        return None if self._child is None else self._child.pid

    def start(self) -> Self:
        """Start the server and wait until it answers.

        Raises:
            UsageError: The file cannot be loaded.
            ProviderUnavailableError: The server is not ready within ``startup_timeout``.
        """
        if self._child is not None:
            return self
        try:
            self._spawn()
            self.base_url = f"{self._await_address()}/v1"
        except BaseException:  # Ctrl-C while loading included: no process may stay behind.
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the server; does nothing when it does not run."""
        child, self._child = self._child, None
        if child is not None:
            _end(child)
        if self._log is not None:
            self._log.close()
            self._log = None

    def _spawn(self) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  (closed by stop)
        # Its own session: Ctrl-C in the terminal reaches us, and we end the server after its last call.
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tool_sandbox.llm.local.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
            # Waiting threads would otherwise spin: fourteen times slower on a shared machine.
            env={**os.environ, "OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"},
        )
        settings = {
            "path": str(self.path),
            "name": self.model_name,
            "context": self.context,
            "slots": self.slots,
            "threads": self.threads,
            "api_key": self.api_key,
        }
        _pipe(self._child.stdin).write(json.dumps(settings).encode() + b"\n")
        _pipe(self._child.stdin).flush()

    def _await_address(self) -> str:
        child = self._child
        if child is None:  # stop() was called from another thread
            msg = f"The server of the local model {self.model_name!r} was stopped while it started."
            raise ProviderUnavailableError(msg, provider="local", model=self.model_name)
        line = _first_line(_pipe(child.stdout), self.startup_timeout)
        if line is None:
            msg = (
                f"The local model {self.model_name!r} was not ready after {self.startup_timeout:g} s. "
                "Try a smaller one, or a machine with more free memory."
            )
            raise ProviderUnavailableError(msg, provider="local", model=self.model_name)
        if not line:
            msg = (
                f"llama.cpp could not serve {str(self.path)!r}: {self._last_complaint()} "
                "Expected the GGUF file of a chat model that this version of xllamacpp knows."
            )
            raise UsageError(msg)
        return str(json.loads(line)["address"])

    def _last_complaint(self) -> str:
        if self._log is None:
            return "it ended at once."
        self._log.seek(0)
        lines = self._log.read()[-20_000:].decode(errors="replace").splitlines()
        complaints = [line.partition(" E ")[2] for line in lines if " E " in line]
        return (complaints or lines[-1:] or ["it ended at once"])[0].strip().rstrip(".") + "."


def trained_context(path: Path) -> int | None:
    """The context length a model file was made for, in tokens, or ``None`` if it does not say."""
    header = read_header(path)
    length = header.get(f"{header.get('general.architecture')}.context_length")
    return length if isinstance(length, int) else None


def usable_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        msg = "the server process was started without its pipes"
        raise RuntimeError(msg)
    return stream


def _first_line(stream: IO[bytes], timeout: float) -> bytes | None:
    """The first line of a pipe; empty at its end, ``None`` when there is none in time."""
    lines: list[bytes] = []
    reader = threading.Thread(target=lambda: lines.append(stream.readline()), daemon=True)
    reader.start()
    reader.join(timeout)
    return lines[0] if lines else None


def _end(child: subprocess.Popen[bytes]) -> None:
    """Close the child's pipe, give it a moment, then insist."""
    with contextlib.suppress(OSError):  # the child is gone already
        _pipe(child.stdin).close()
    try:
        child.wait(timeout=2)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    _pipe(child.stdout).close()


def _serve() -> None:
    settings: dict[str, Any] = json.loads(sys.stdin.readline())
    threading.Thread(target=_leave_with_the_parent, daemon=True).start()
    server = _make_server(settings)
    print(json.dumps({"address": server.listening_address}), flush=True)  # noqa: T201  (the parent reads it)
    while True:
        time.sleep(3600)


def _leave_with_the_parent() -> None:
    sys.stdin.read()
    os._exit(0)  # Not sys.exit: native threads may be in the middle of an answer nobody waits for.


def _make_server(settings: dict[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = settings["path"]
    params.model_alias = {settings["name"]}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [settings["api_key"]]
    params.ui = False
    params.use_jinja = True
    # Models that can think aloud would spend minutes of a CPU on it; others ignore this.
    params.default_template_kwargs = {"enable_thinking": "false"}
    params.n_ctx = settings["context"] * settings["slots"]
    params.n_parallel = settings["slots"]
    params.cpuparams.n_threads = settings["threads"]
    params.cpuparams_batch.n_threads = settings["threads"]
    return xllamacpp.Server(params)


if __name__ == "__main__":
    _serve()
