from __future__ import annotations

from typing import Any

import pytest

from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.workers.parts import parts_of


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ({}, 1),
        ({"workers": 4}, 4),
        ({"workers": 4, "concurrency": 2}, 2),
        ({"workers": 4, "rpm": 100, "tpm": 100_000}, 4),
        ({"workers": 4, "rpm": 3}, 3),
    ],
)
def test_no_worker_is_left_without_samples_or_without_a_part_of_the_caps(given: dict[str, Any], parts: int) -> None:
    assert parts_of(RunSettings(agent="a", user="b", **given)) == parts
