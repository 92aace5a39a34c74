"""What texts are about: things of the suite have others in their place, the same everywhere in a fresh world.

Only those vary that a text does not depend on: whoever is reminded of his cake is reminded of his pie in the same way.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources

from tool_sandbox import world_seed


def other_things(seed: int, written: str) -> dict[str, str]:
    """What stands in the place of each form of a thing.

    Args:
        seed: Which world.
        written: Every text of the suite: what stands there already takes no other thing's place.
    """
    written = written.casefold()
    words = frozenset(re.findall(r"\w+", written))
    found: dict[str, str] = {}
    for here, *others in things():
        free = [
            forms for forms in others if not any(form in words or (" " in form and form in written) for form in forms)
        ]
        if free:
            found |= zip(here, free[int(world_seed.share("thing", seed, here[0]) * len(free))], strict=True)
    return found


@cache
def things() -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Of each thing its forms, such as ``box`` and ``boxes``, and those of each that may stand in its place."""
    text = resources.files(__package__).joinpath("things.json").read_text(encoding="utf-8")
    return tuple(tuple(tuple(forms.split("/")) for forms in group) for group in json.loads(text))
