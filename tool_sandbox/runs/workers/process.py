"""A process that plays a part of a run, until its parent says that it is enough or is gone."""

from __future__ import annotations

from tool_sandbox.runs.child_processes import inside
from tool_sandbox.runs.workers.worker import work

if __name__ == "__main__":
    inside.run(work)
