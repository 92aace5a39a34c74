"""What of a run is divided among its workers once for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tool_sandbox.registry.settings import RunSettings


def parts_of(settings: RunSettings) -> int:
    """Into how many parts a run is divided: each has samples in flight, and a part of every cap per minute."""
    caps = [cap for cap in (settings.rpm, settings.tpm) if cap is not None]
    return min(settings.workers or 1, settings.concurrency, *caps)
