"""Runs as one file of HTML that anybody can open: pages, charts and conversations inside, nothing to be fetched."""

from __future__ import annotations

import base64
import gzip
import io
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from attrs import frozen
from markupsafe import Markup

from tool_sandbox.common.counted import counted
from tool_sandbox.common.visible_text import visible
from tool_sandbox.runs.lazy_sequence import LazySequence
from tool_sandbox.runs.numbers import trials_of
from tool_sandbox.runs.outcomes import is_success
from tool_sandbox.runs.recorded_scenarios import found_scenarios
from tool_sandbox.runs.sample_explanation import explanation_of
from tool_sandbox.viewer.data.calls import CallIndex, packed_calls
from tool_sandbox.viewer.data.rows import COLUMNS, row_data
from tool_sandbox.viewer.data.samples import sample_data
from tool_sandbox.viewer.overview import Overview
from tool_sandbox.viewer.pages import file_policy, page

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.runs.run_result import RunResult
    from tool_sandbox.runs.stored_sample import StoredSample

CHUNK = 50
"""So many conversations are packed together: few enough to unpack at once, enough to share what they repeat."""
LARGEST = 50_000_000
"""Bytes of packed conversations that a file holds where nobody says otherwise."""


@frozen(kw_only=True)
class ReportFile:
    """A report and what it holds."""

    html: str
    samples: int
    left_out: int
    """How many samples are there without their conversations, because the file would be too large."""


def report(runs: Mapping[str, RunResult], *, title: str, largest: int = LARGEST) -> ReportFile:
    """Runs as one page.

    Args:
        runs: By name, in their order.
        title: Of the page.
        largest: Bytes of packed conversations that it may hold; of what is too much, the perfect samples go first.
    """
    runs = {visible(name): run for name, run in runs.items()}
    samples = _all_samples(runs)
    packed = _packed(samples, runs, largest)
    left_out = len(samples) - len(packed.order)
    said = _left_out(left_out, len(samples), largest) if left_out else ""
    places = {at: place for place, at in enumerate(packed.order)}
    packing: dict[str, Any] = {
        "size": CHUNK,
        "chunks": len(packed.chunks),
        "kept": [places.get(at, -1) for at in range(len(samples))],
        "left_out": "This conversation is left out, as the file would be too large: see it with tool_sandbox view.",
    }
    calls = _packed_calls(samples, packed, runs, largest - sum(map(len, packed.chunks)))
    packing["calls"] = len(calls)
    parts = [
        _script("packing", "application/json", json.dumps(packing)),
        _script("rows", _PACKED, _packed_text(_rows(samples))),
    ]
    parts += [_script(f"chunk-{number}", _PACKED, chunk) for number, chunk in enumerate(packed.chunks)]
    parts += [_script(f"calls-{number}", _PACKED, chunk) for number, chunk in enumerate(calls)]
    html = page(
        Overview.of(runs),
        runs=len(runs),
        samples=len(samples),
        title=title,
        version=metadata.version("tool_sandbox"),
        data=Markup("\n").join(parts),
        partial=said,
        policy=file_policy(),
    )
    return ReportFile(html=html, samples=len(samples), left_out=left_out)


@frozen
class _Packed:
    """Conversations in chunks, and which sample each place holds."""

    chunks: Sequence[str]
    order: Sequence[int]


_PACKED = "application/gzip;base64"


_Samples = Sequence[tuple[str, "StoredSample"]]


def _all_samples(runs: Mapping[str, RunResult]) -> _Samples:
    """The samples of all runs, each with the name of its run; they are read as they are looked at."""
    ends = list(accumulate(map(len, runs.values())))
    named = list(runs.items())

    def sample(at: int) -> tuple[str, StoredSample]:
        number = bisect_right(ends, at)
        name, run = named[number]
        return name, run.samples[at - ends[number] + len(run)]

    return LazySequence(ends[-1] if ends else 0, sample)


def _rows(samples: _Samples) -> Iterator[str]:
    """The JSON of all rows, in parts."""
    begin = f'{{"columns":{_compact(list(COLUMNS))},"rows":['
    for name, sample in samples:
        yield begin + _compact(row_data(name, sample))
        begin = ","
    yield "]}" if begin == "," else f"{begin}]}}"


def _packed(samples: _Samples, runs: Mapping[str, RunResult], largest: int) -> _Packed:
    """As many samples as there is room for: void and failed ones first, then in their order."""
    scores = [score for run in runs.values() for score in trials_of(run.samples).score.tolist()]
    wanted = sorted(range(len(samples)), key=lambda at: (is_success(scores[at], 1), at))
    chunks: list[str] = []
    room = largest
    for at, chunk in _chunks(samples, wanted, {name: found_scenarios(run.store) for name, run in runs.items()}):
        if len(chunk) > room:
            return _Packed(chunks, wanted[:at])
        room -= len(chunk)
        chunks.append(chunk)
    return _Packed(chunks, wanted)


def _chunks(
    samples: _Samples, wanted: Sequence[int], scenarios: Mapping[str, Mapping[str, Scenario]]
) -> Iterator[tuple[int, str]]:
    for at in range(0, len(wanted), CHUNK):
        together = [samples[each] for each in wanted[at : at + CHUNK]]
        yield (
            at,
            _pack([sample_data(each, explanation_of(each), scenarios[run].get(each.name)) for run, each in together]),
        )


def _packed_calls(samples: _Samples, packed: _Packed, runs: Mapping[str, RunResult], room: int) -> list[str]:
    """What models were asked and answered, in as many chunks as there is room for; nothing where nobody was asked."""
    indices = {name: CallIndex(run.store) for name, run in runs.items()}
    chunks: list[str] = []
    anybody_asked = False
    for at in range(0, len(packed.order), CHUNK):
        some = (samples[each] for each in packed.order[at : at + CHUNK])
        together = [packed_calls(sample, indices[run]) for run, sample in some]
        anybody_asked = anybody_asked or any(each["calls"] for each in together)
        chunk = _pack(together)
        room -= len(chunk)
        if room < 0:
            break
        chunks.append(chunk)
    return chunks if anybody_asked else []


def _left_out(count: int, samples: int, largest: int) -> str:
    return (
        f"{counted(count, 'conversation')} of {samples} are left out, as they would take more than "
        f"{largest / 1e6:g} MB: perfect samples first. Their rows and all numbers are here."
    )


def _pack(data: Any) -> str:
    return _packed_text([_compact(data)])


def _packed_text(parts: Iterable[str]) -> str:
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=packed, mtime=0) as file:
        file.writelines(part.encode() for part in parts)
    return base64.b64encode(packed.getvalue()).decode()


def _compact(data: Any) -> str:
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"))


def _script(name: str, kind: str, text: str) -> Markup:
    return Markup('<script id="{}" type="{}">{}</script>').format(name, kind, Markup(text.replace("<", "\\u003c")))  # noqa: S704
