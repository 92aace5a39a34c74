"""The command line with a storage of its own: ``remote:///PATH`` is this machine's disk, seen as a remote store.

python -m tests.cli.remote_storage SECONDS ARGUMENTS…: each put of a segment of the journal takes so many seconds.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem


class RemoteStorage(LocalFileSystem):  # type: ignore[misc]  # fsspec is not typed
    """Files of this machine that are only put and got whole."""

    protocol = "remote"
    seconds = 0.0

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        stripped: str = super()._strip_protocol(path.removeprefix("remote://"))
        return stripped

    def unstrip_protocol(self, name: str) -> str:
        """The URL of a path."""
        return f"remote://{self._strip_protocol(name)}"

    def pipe_file(self, path: str, value: bytes, **more: Any) -> None:
        """Put a file there, after a while if it is a segment."""
        if "/calls/0" in path:
            time.sleep(self.seconds)
        super().pipe_file(path, value, **more)


if __name__ == "__main__":
    RemoteStorage.seconds = float(sys.argv[1])
    fsspec.register_implementation("remote", RemoteStorage)
    from tool_sandbox.cli import main

    sys.argv = sys.argv[1:]
    main()
