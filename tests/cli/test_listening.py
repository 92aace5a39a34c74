"""Servers of the command line leave the process that they run in as it was."""

from __future__ import annotations

import io
import logging

from tool_sandbox.cli.listening import server_of


def test_a_server_closes_no_stream_that_somebody_logs_to() -> None:
    stream = io.StringIO()

    class Closing(logging.StreamHandler[io.StringIO]):
        """As the handlers of some libraries are."""

        def close(self) -> None:
            self.stream.close()
            super().close()

    handler = Closing(stream)

    server_of(lambda *_: None)  # type: ignore[arg-type]  # nothing is served

    assert not stream.closed
    handler.close()
