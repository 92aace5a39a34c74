"""What tests of commands for authors start from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.cli.authoring import TABLE, write_suite
from tests.own_tables import forget
from tool_sandbox.scenarios.library import bundled, bundled_pieces


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Sequence[str]]:
    """The flags that name a small suite with a tool, a table, a world and two scenarios, in ``tmp_path``."""
    bundled()  # is kept once it is read, so that no test after this one may find the table in it
    kept = bundled_pieces.cache_info().currsize
    yield write_suite(tmp_path)
    forget(TABLE)
    if bundled_pieces.cache_info().currsize > kept:  # fresh worlds that were read meanwhile know the table
        bundled_pieces.cache_clear()
