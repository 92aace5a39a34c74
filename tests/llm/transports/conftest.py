"""What tests of the transports share: a server on loopback, and LiteLLM where it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.llm.loopback import Server, serving
from tool_sandbox.llm.transports.through_litellm.transport import load_litellm


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(scope="session")
def litellm() -> Any:
    """LiteLLM, imported before the clocks of a test's calls start."""
    return load_litellm()
