"""What is different from where a run was recorded: versions, scoring, settings, scenarios, prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from tool_sandbox.common.counted import counted
from tool_sandbox.llm.layers.budget.pricing import Price, PriceBook
from tool_sandbox.llm.layers.journal.entry import JournalEntry
from tool_sandbox.llm.transports.through_litellm.transport import listed_price
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs import provenance
from tool_sandbox.runs.digests import digest_of
from tool_sandbox.runs.outcomes import SampleResult

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario

_DIGITS = Decimal("1e-9")
"""US dollars below which two sums are the same: a journal holds floats."""


@frozen
class Difference:
    """One thing that is not as it was."""

    what: str
    recorded: str
    here: str

    def __str__(self) -> str:
        return f"{self.what}: {self.recorded} → {self.here}"


def differences(
    record: Mapping[str, Any],
    results: Iterable[SampleResult],
    scenarios: Mapping[str, Scenario],
    calls: Iterable[JournalEntry],
) -> list[Difference]:
    """What is different here.

    Args:
        record: The content of the run's ``run.json``.
        results: Its finished samples.
        scenarios: What it plays, as it is here.
        calls: Its journal.
    """
    return [
        *_versions(record),
        *_settings(record.get("settings") or {}),
        *_digests(results, scenarios),
        *_prices(record.get("settings") or {}, calls),
    ]


def _versions(record: Mapping[str, Any]) -> Iterator[Difference]:
    before, now = record.get("versions") or {}, provenance.versions()
    for name in dict.fromkeys([*before, *now]):
        yield from _difference(name, before.get(name), now.get(name))
    yield from _difference("commit", record.get("git_sha"), provenance.git_sha())
    yield from _difference("scoring version", record.get("scoring_version"), provenance.SCORING_VERSION)


def _settings(recorded: Mapping[str, Any]) -> Iterator[Difference]:
    """Settings that this version takes for something else, or sets where the run did not know them."""
    now = RunSettings.from_record(recorded).to_record()
    for name in [*recorded, *(new for new in now if new not in recorded and now[new] is not None)]:
        yield from _difference(f"setting {name}", recorded.get(name, "not recorded"), now.get(name))


def _digests(results: Iterable[SampleResult], scenarios: Mapping[str, Scenario]) -> Iterator[Difference]:
    recorded = {result.name: result.digest for result in results}
    for name, digest in recorded.items():
        if name in scenarios:
            yield from _difference(f"scenario {name}", digest, digest_of(scenarios[name]))


def _prices(settings: Mapping[str, Any], calls: Iterable[JournalEntry]) -> Iterator[Difference]:
    """What the same tokens cost here, by model, where the run knew what they cost."""
    book = PriceBook(custom=_own_prices(settings), lookup=listed_price)
    sums: dict[str, list[Any]] = defaultdict(lambda: [0, Decimal(0), Decimal(0)])
    for call in calls:
        answer = call.response
        if answer is None or answer.cost is None or answer.usage is None or answer.cached:
            continue
        model = answer.asked or call.model
        sums[model][0] += 1
        sums[model][1] += Decimal(repr(answer.cost))
        here = book.cost(evolve(answer, cost=None, replayed=False), model)
        sums[model][2] = None if here is None or sums[model][2] is None else sums[model][2] + here
    for model, (number, before, now) in sums.items():
        if now is None or abs(before - now) > _DIGITS * number:
            told = "unknown" if now is None else f"{now:.6f} USD"
            yield Difference(f"price of {counted(number, 'call')} of {model}", f"{before:.6f} USD", told)


def _own_prices(settings: Mapping[str, Any]) -> dict[str, Price]:
    """Prices that the run was given with its parameters."""
    found = {}
    for role, params in (("agent", "params"), ("user", "user_params")):
        given = (settings.get(params) or {}).get("prices")
        if given:
            found[str(settings.get(role))] = Price.from_mapping(given)
    return found


def _difference(what: str, before: Any, now: Any) -> Iterator[Difference]:
    if before != now:
        yield Difference(what, _shown(before), _shown(now))


def _shown(value: Any) -> str:
    return "none" if value in (None, "") else str(value)
