"""Numbers of a run that is played, in few words, and lines of them that fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tool_sandbox.cli.live.status import Running, Status
from tool_sandbox.cli.plan import money
from tool_sandbox.common.counted import counted
from tool_sandbox.common.visible_text import cells, visible

GAP = "  "
"""Between the parts of a line."""
_MINUTE, _HOUR = 60, 3600


def joined(parts: Iterable[str], room: int, gap: str = GAP) -> str:
    """As many of the first parts as have room beside each other; the first one shortened where it has none alone."""
    line = ""
    for part in filter(None, parts):
        longer = f"{line}{gap}{part}" if line else shortened(part, room)
        if cells(longer) > room:
            break
        line = longer
    return line


def shortened(text: str, room: int) -> str:
    """The text in so many columns, ending between two words and with ``…`` where it had to be shortened."""
    line = " ".join(visible(text).split())
    if cells(line) <= room:
        return line
    kept = ""
    for word in line.split(" "):
        longer = f"{kept} {word}" if kept else word
        if cells(longer) > room - 2:
            break
        kept = longer
    return f"{kept} …" if kept else "…"[: max(0, room)]


def name_of(sample: Running, room: int, *, with_trial: bool) -> str:
    """The name of a sample in so many columns; parts in the middle of a long one give way to ``…``."""
    trial = f"#{sample.trial}" if with_trial else ""
    name = visible(sample.name)
    words = name.split("_")
    for left_out in range(1, len(words) - 1):
        if cells(name) <= room - cells(trial):
            break
        first = (len(words) - left_out + 1) // 2
        name = "_".join([*words[:first], "…", *words[first + left_out :]])
    return name + trial


def clock_time(seconds: float) -> str:
    """A time that has gone by: ``0:42``, ``1:02:03``."""
    whole = int(seconds)
    minutes = f"{whole // _MINUTE % _MINUTE:02}" if whole >= _HOUR else f"{whole // _MINUTE}"
    return (f"{whole // _HOUR}:" if whole >= _HOUR else "") + f"{minutes}:{whole % _MINUTE:02}"


def time_left(status: Status) -> str:
    """How long the rest will take, roughly."""
    left = status.seconds_left
    if left is None or status.done >= status.total:
        return ""
    if left >= 1.5 * _HOUR:
        return f"{left / _HOUR:.1f} h left"
    return f"{left / _MINUTE:.0f} min left" if left >= 1.5 * _MINUTE else f"{max(1, left):.0f} s left"


def score(status: Status) -> list[str]:
    """The mean so far and its interval."""
    if status.score is None:
        return ["score -"]
    interval = status.interval
    return [f"score {status.score:.3f}", f"95% {interval[0]:.3f}–{interval[1]:.3f}" if interval else ""]


def running(status: Status) -> list[str]:
    """How many samples are in flight and how many are only judged; how many may be in flight, where that is more."""
    left = status.total - status.done - status.running - status.judged
    has_room = status.at_once is not None and status.running < status.at_once and left > 0
    return [
        "paused" if status.paused else "",
        f"{status.running} running",
        f"{status.judged} to be judged" if status.judged else "",
        f"at most {status.at_once}" if has_room and not status.paused else "",
    ]


def spent(status: Status) -> list[str]:
    """Money that is gone, that will be, and that may be; nothing where no model is paid."""
    cost, budget = status.spent, status.budget
    if cost.is_nothing and budget is None:
        return []
    unknown = f"{counted(cost.unknown_calls, 'call')} of unknown price" if cost.unknown_calls else ""
    known = f"{'≥ ' if unknown else ''}{money(cost.known)} spent" if cost.known or not unknown else ""
    projected = "" if status.projected is None else f"{money(status.projected)} projected"
    cap = "" if budget is None else f"cap {money(budget)}"
    return [known, projected, cap, unknown]


def speed(status: Status) -> str:
    """How many calls there are in a second, where there are any."""
    return f"{status.calls_per_second:.1f} calls/s" if status.calls else ""


def waiting(status: Status) -> str:
    """What calls wait for and why."""
    told = status.waiting
    return told if not told or "waiting for" in told else f"waiting for {told}"


def void(status: Status) -> list[str]:
    """Why samples are void: a part for every reason."""
    from tool_sandbox.cli.void import in_short

    return [f"{count} void, {reason.cause}: {in_short(reason)}" for reason, count in status.void]


def slowest(samples: Sequence[Running], room: int, *, with_trial: bool) -> list[str]:
    """The samples in flight for longest, with how long."""
    ages = [clock_time(sample.seconds) for sample in samples]
    return [
        f"{name_of(sample, room - cells(age) - 1, with_trial=with_trial)} {age}"
        for sample, age in zip(samples, ages, strict=True)
    ]
