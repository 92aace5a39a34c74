"""Two servers to route between, and LiteLLM's connections to them closed after each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.llm.loopback import Server, serving
from tool_sandbox.llm.transports.through_litellm.transport import close_litellm


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    with serving() as one, serving() as two:
        yield one, two


@pytest.fixture(autouse=True)
async def no_connection_left() -> AsyncIterator[None]:
    yield
    await close_litellm()
