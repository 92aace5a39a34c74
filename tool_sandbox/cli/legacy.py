"""The original's command line, which has no ``run`` in front of its flags."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tool_sandbox.registry.settings import RunSettings

TEST_SCENARIO_NAMES = [
    "send_message_with_contact_content_cellular_off_multiple_user_turn",
    "send_message_with_contact_content_cellular_off_multiple_user_turn_10_distraction_tools",
    "send_message_with_contact_content_cellular_off_3_distraction_tools_arg_description_scrambled",
]
"""The scenarios of ``--test_mode``."""

DEFAULT_AGENT = "GPT_4_o_2024_05_13"

_FLAGS = ("--agent", "--user", "--preferred_tool_backend", "--test_mode", "--scenarios", "--parallel", "--output_dir")
_OURS = ("-h", "--help", "--version", "--", "-")
_SHORT = ("-t", "-s", "-p", "-o")


def is_legacy(arguments: Sequence[str]) -> bool:
    """Whether these arguments, which name no command, are the original's flags."""
    if not arguments:
        return False
    first = arguments[0].partition("=")[0]
    return first in _SHORT or (first not in _OURS and any(flag.startswith(first) for flag in _FLAGS))


def run_legacy(arguments: Sequence[str]) -> int:
    """Play what the original's flags ask for; returns the exit code.

    Raises:
        SystemExit: A flag is unknown or lacks its value; code 2.
        UsageError: A value has no meaning.
    """
    from tool_sandbox.cli.live.loading import Loading

    with Loading() as loading:
        from tool_sandbox.cli.play import Display, play_all
        from tool_sandbox.registry.sources import load_scenarios

        settings, test_mode = legacy_settings(arguments)
        loading.tell("loading scenarios")
        scenarios = load_scenarios(settings)
        if test_mode:
            names = [name for name in TEST_SCENARIO_NAMES if name in scenarios] or list(scenarios)[
                : len(TEST_SCENARIO_NAMES)
            ]
            scenarios = {name: scenarios[name] for name in names}
        display = Display(marks_latest=False, loading=loading)  # programs go over what is in data/
        return play_all([settings], scenarios, display)


def legacy_settings(arguments: Sequence[str]) -> tuple[RunSettings, bool]:
    """The settings the original's flags mean, and whether they ask for the test mode."""
    from tool_sandbox.cli.config import settings_from

    given = _parser().parse_args(arguments)
    flags: dict[str, Any] = {
        "user": given.user,
        "scenarios": given.scenarios,
        "concurrency": given.parallel,
        "output": given.output_dir,
        "backend": given.preferred_tool_backend,
    }
    (settings,) = settings_from(flags, agents=[given.agent])
    return settings, given.test_mode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tool_sandbox", description="The original's flags; 'tool_sandbox run' has more."
    )
    parser.add_argument("--agent", default=DEFAULT_AGENT, help="who plays the agent")
    parser.add_argument("--user", default=DEFAULT_AGENT, help="who plays the user")
    parser.add_argument("--preferred_tool_backend", default="DEFAULT", choices=["DEFAULT"], help="variant of tools")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("-t", "--test_mode", action="store_true", help="three fixed scenarios")
    which.add_argument(
        "-s", "--scenarios", nargs="+", default=[], metavar="NAME", help="scenarios to play; all if left out"
    )
    parser.add_argument("-p", "--parallel", type=int, default=16, help="samples in flight at once")
    parser.add_argument("-o", "--output_dir", default="data", help="where run directories are made")
    return parser
