"""What did not succeed in an earlier run."""

from __future__ import annotations

from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.run_result import open_run


def failed_scenarios(location: str) -> set[str]:
    """The scenarios of which a sample scored below 1 in a run, or was void, or was not played.

    Args:
        location: Its directory, or an fsspec URL of it; it may be a run of the original.

    Raises:
        SettingsError: It holds no results, or nothing in it failed.
    """
    samples = open_run(location).samples
    failed = {sample.name for sample in samples if sample.similarity is None or sample.similarity < 1}
    if not failed:
        message = f"--failed {location}: each of its {len(samples)} samples has score 1, so there is nothing to play."
        raise SettingsError(message)
    return failed
