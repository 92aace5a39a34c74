"""Reading finished runs, and what they show.

``samples``, ``messages``, ``calls`` and ``milestones`` of runs are polars frames.

Reading: data_loading, analysis, rescore (judging anew), frames (these tables), export (in files).
One run: statistics (what it shows and how sure that is; the arithmetic is in runs.statistics).
Two runs: permutation (tests), power (what a size can show), conditions (in what runs differ beside the model),
named_runs (what they are called), contrast (one against another, in numbers and in words, with wording), comparison
(everything about two or more), sequential (when to stop).
Told: markdown (runs and how they compare, for the page of a build).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tool_sandbox.analysis.frames import calls, messages, milestones, samples

__all__ = ["calls", "messages", "milestones", "samples"]


def __getattr__(name: str) -> Any:
    if name in __all__:  # loaded on demand, because polars is slow to import
        return getattr(import_module(f"{__name__}.frames"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
