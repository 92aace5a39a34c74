from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tools.worlds import small_world
from tool_sandbox import clock
from tool_sandbox.common.execution_context import ExecutionContext, new_context

NOW = 1_700_300_000.0  # 18 November 2023, 09:33:20 UTC


@pytest.fixture
def world() -> Iterator[ExecutionContext]:
    with new_context(small_world()) as context, clock.use(clock.Clock(NOW)):
        yield context
