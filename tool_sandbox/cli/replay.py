"""Playing a run from its journal alone, from the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from tool_sandbox.cli.config import check_environment, from_environment
from tool_sandbox.cli.lines import print_message
from tool_sandbox.cli.options import FLAGS
from tool_sandbox.cli.play import Display, play_in_turn
from tool_sandbox.common.counted import counted
from tool_sandbox.errors import UsageError
from tool_sandbox.runs.replay import REPLAYABLE, ReplayedRun, replayed_run


def replay(location: str, flags: Mapping[str, Any], display: Display) -> int:
    """Play a run again, with the answers that its journal holds.

    Args:
        location: The directory of the recorded run.
        flags: What was given on the command line, by setting; ``None`` or empty when it was not.
        display: What is shown.

    Returns:
        The exit code.

    Raises:
        UsageError: A flag would have no effect, or the run cannot be played so.
    """
    check_environment(os.environ)
    given = {name: value for name, value in flags.items() if value not in (None, (), [], {})}
    for name in given:
        if name not in REPLAYABLE:
            message = (
                f"{FLAGS[name].flag} would have no effect: with --replay everything is as in the recorded run. "
                "Leave it out."
            )
            raise UsageError(message)
    around = {name: value for name, value in from_environment(os.environ).items() if name in REPLAYABLE}
    display.loading.tell("loading scenarios")
    one = replayed_run(location, {**around, **given})
    if not display.quiet:
        print_message(_told(one))
    return play_in_turn([one], display)


def _told(one: ReplayedRun) -> str:
    every, where = len(one.samples()), one.recorded.directory
    if not one.left_out:
        return f"{counted(every, 'sample')} of {where} played from the journal"
    return f"{every - one.left_out} of {counted(every, 'sample')} of {where} played from the journal, as far as scored"
