"""How often runs may be told apart wrongly when one looks at them again and again, and what that takes."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tool_sandbox.errors import SettingsError
from tool_sandbox.scenarios.presentations import base_name

ERROR_RATE = 0.05
"""How likely any verdict is false, among all looks together."""
SPENT = 0.9
"""How much of the error rate the looks spend. The rest is for runs that are equal on average but not exchangeable."""


def check_decidable(runs: int, scenarios: Iterable[str]) -> None:
    """Make sure that some result would decide which run is better.

    Args:
        runs: How many are compared, every two of them.
        scenarios: The names of what is played.

    Raises:
        SettingsError: None would, however often everything is played.
    """
    if runs < 2:  # noqa: PLR2004 -- there is nothing to decide
        message = "--until-decided compares agents on the command line, two or more of them: name them with -a."
        raise SettingsError(message)
    share = SPENT * ERROR_RATE / math.comb(runs, 2)
    fewest = math.ceil(1 - math.log2(share))  # if one run is better in all of them, two exchanges are as extreme
    found = len({base_name(name) for name in scenarios})
    if found < fewest:
        message = (
            f"--until-decided needs {fewest} base scenarios or more, not {found}: with fewer, one agent may win in all "
            "of them by chance, however often they are played. Choose more with -s, --tag or --limit."
        )
        raise SettingsError(message)
