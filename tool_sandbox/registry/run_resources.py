"""What the roles of a run share: the ledger, the journal, the cache, the layers to each model, local servers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.errors import SettingsError
from tool_sandbox.llm import stack
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.config import connection_for, secrets_in
from tool_sandbox.llm.layer import Layer, aclose
from tool_sandbox.llm.layers.budget.borrowing import Borrowing
from tool_sandbox.llm.layers.budget.caps import Caps, Scope
from tool_sandbox.llm.layers.budget.layer import Ledger
from tool_sandbox.llm.layers.budget.money import amount_of, as_float, dollars, total_cost
from tool_sandbox.llm.layers.budget.pricing import Price, PriceBook
from tool_sandbox.llm.layers.budget.spending import Account, Spending
from tool_sandbox.llm.layers.journal.calls import Journal
from tool_sandbox.llm.layers.journal.entry import JournalEntry, read_line
from tool_sandbox.llm.layers.journal.store import SEGMENTS, JournalStore
from tool_sandbox.llm.layers.limits.endpoints import Endpoints
from tool_sandbox.llm.layers.outages import Outages
from tool_sandbox.llm.layers.tracing import check_packages, open_tracing, parse_callbacks
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.address import is_direct, located
from tool_sandbox.llm.transports.through_litellm.transport import (
    check_callbacks,
    close_litellm,
    listed_price,
    preload,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tool_sandbox.llm.local.server import LocalServer
    from tool_sandbox.llm.routing.settings import RouterSettings
    from tool_sandbox.registry.settings import RunSettings


SPANS = "spans.jsonl"
"""OpenTelemetry's spans in the run directory, unless the application exports them itself."""


class Shared(Layer):
    """A model that many roles use: closing a role's own layers stops here."""

    def __init__(self, model: ChatModel) -> None:
        self._shared = model

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer without blocking the event loop."""
        return await self._shared.acomplete(request)


@frozen(kw_only=True)
class Seat:
    """The part of a process in a run that several processes play."""

    name: str = ""
    """What a worker is called."""
    lender: Borrowing | None = None
    """From whom a worker has its money; ``None`` for who has the samples and plays none."""

    @property
    def plays(self) -> bool:
        """Whether models are asked here."""
        return self.lender is not None


class RunResources:
    """Everything of a run that outlives its samples.

    Args:
        settings: The run's settings.
        directory: The run directory; ``None`` if it is not on this machine's disk.
        secrets: Values that must never be written down.
        calls: Opens the place where finished calls are kept; without it there is no journal.
        seat: Which part this process has, if others play the run, too.
        endpoints: What is known of how much endpoints take, where other runs know it, too.
    """

    def __init__(
        self,
        settings: RunSettings,
        directory: Path | None,
        secrets: Sequence[str] = (),
        calls: Callable[[], JournalStore] | None = None,
        seat: Seat | None = None,
        endpoints: Endpoints | None = None,
    ) -> None:
        self.settings, self.directory, self.secrets, self._seat = settings, directory, tuple(secrets), seat
        self.outages = Outages()
        self.endpoints = endpoints or Endpoints()
        self.is_flushing = False
        """Whether the last calls are being written."""
        self._calls = calls
        self._servers: dict[Path, LocalServer] = {}
        self._models: list[ChatModel] = []
        self._ledgers: list[Ledger] = []
        self._ledger: Any = None
        self._uncapped: Any = None
        """Counts what models cost as long as nothing is capped."""
        self._asked: list[str] = []
        self._journal: Any = None
        self._cache: Any = None
        self._tracing: Any = None
        self._paid_before = 0.0

    def model(
        self, name: str, role_type: RoleType, config: Mapping[str, Any], routing: RouterSettings | None = None
    ) -> ChatModel:
        """The layers to a model, or to a router over several deployments."""
        settings = ModelSettings.from_config(config)
        asked = [each.model for each in routing.deployments] if routing else [name, *settings.fallbacks]
        if not all(map(is_direct, asked)) and (self._seat is None or self._seat.plays):
            preload()
        ledger = self._open_ledger(name, settings, role_type, routing)
        self._ledgers.append(ledger)
        self._asked += asked
        if self._seat is not None and self._seat.plays:
            ledger.take_changes()  # it notes them from now on
        built = stack.build_model(
            name,
            settings,
            transport=self._router(name, settings, routing, ledger),
            cache=self._open_cache(settings.cache),
            ledger=ledger,
            journal=self._open_journal(),
            tracing=self._open_tracing(settings),
            outages=self.outages,
            endpoints=self.endpoints,
        )
        self._models.append(built)
        if ledger.caps.run is not None or str(role_type) in ledger.caps.role:
            self._check_prices(ledger, asked)
        return Shared(built)

    def server(self, name: str) -> LocalServer:
        """The server of a local model, started when it is first asked for; agent and user share it."""
        from tool_sandbox.llm.local.models import resolve_local
        from tool_sandbox.llm.local.server import LocalServer

        label, path = resolve_local(name)
        if path not in self._servers:
            server = LocalServer(path, name=label)
            server.start()
            self._servers[path] = server
        return self._servers[path]

    @property
    def ledgers(self) -> list[Ledger]:
        """Each ledger once, in the same order in every process that plays the run."""
        return list({id(ledger): ledger for ledger in self._ledgers}.values())

    @property
    def capped_ledger(self) -> Ledger | None:
        """The ledger with the caps of the run and of its roles; ``None`` where there are none."""
        ledger: Ledger | None = self._ledger
        return ledger

    def take_changes(self) -> dict[int, dict[Scope, Account]]:
        """What calls have come to since this was last asked, by the number of the ledger; not of one that borrows."""
        others = ((number, each) for number, each in enumerate(self.ledgers) if each is not self._ledger)
        return {number: changes for number, ledger in others if (changes := ledger.take_changes())}

    def watch(self, told: Callable[[str], None]) -> None:
        """Have somebody told what calls wait for, from now on: outages, and else limits."""
        said: dict[str, str] = {}

        def told_by(who: str, words: str) -> None:
            said[who] = words
            told(said.get("outages") or said.get("endpoints") or "")

        self.outages.told = partial(told_by, "outages")
        self.endpoints.told = partial(told_by, "endpoints")

    def spending(self) -> Spending:
        """What calls have come to so far; calls that an earlier part of the run has made are not among them."""
        return sum((ledger.spending() for ledger in self.ledgers), Spending())

    def paid_before(self) -> float:
        """US dollars that an earlier part of the run has paid, as far as anybody knows."""
        return self._paid_before

    @property
    def asks_models(self) -> bool:
        """Whether any of its roles asks a model."""
        return bool(self._asked)

    @property
    def budget(self) -> float | None:
        """US dollars that the run may spend, with what an earlier part of it has paid; ``None`` for any amount."""
        cap = None if self._ledger is None else self._ledger.caps.run
        return None if cap is None else as_float(cap) + self._paid_before

    @property
    def fixed_because(self) -> str | None:
        """Why no budget can be set or changed now; ``None`` when one can."""
        ledger = self._ledger or self._uncapped
        if ledger is None or any(each is not ledger for each in self._ledgers):
            return "no budget can be kept now: no model is asked, or one role alone has a budget"
        if self._seat is not None and self._ledger is None:  # workers that borrow nothing say later what they spend
            return "Ctrl-C, then resume with --budget: several processes began without one"
        return None

    def change_budget(self, dollars: float) -> None:
        """Keep the run within another budget from now on.

        Raises:
            SettingsError: Not all that it pays is counted together, or has a price; or that much is spent already.
        """
        cap, before = amount_of(dollars, "a budget of"), amount_of(self._paid_before, "before it")
        ledger, why = self._ledger or self._uncapped, self.fixed_because
        if ledger is None or why is not None:
            raise SettingsError(why)
        self._check_prices(ledger, self._asked)
        ledger.cap_run(cap, before)
        self._ledger = ledger

    def read_journal(self) -> None:
        """Take in what other workers have written into their segments of the journal since."""
        if self._journal is not None:
            self._journal.read_on()

    def sync(self) -> None:
        """Wait until the disk has every finished call.

        Raises:
            OSError: It does not take them.
        """
        if self._journal is not None:
            self._journal.sync()

    def settle(self, scenario: str, trial: int) -> None:
        """Keep nothing in memory for a sample that is over for good."""
        if self._journal is not None:
            self._journal.settle(scenario, trial)

    def paid_by(self, worker: str) -> dict[Scope, Decimal] | None:
        """US dollars that the calls in a worker's segment of the journal have cost, or may have, by run and role.

        ``None`` where there is no such segment on this machine's disk.
        """
        path = None if self.directory is None else self.directory / SEGMENTS / f"{worker}.jsonl"
        if path is None or not path.exists():
            return None
        entries = _entries_in(path)
        roles = {each.tag.role for each in entries}
        paid: dict[Scope, float] = {
            ("role", role): _paid(each for each in entries if each.tag.role == role) for role in roles
        }
        return {scope: dollars(amount) for scope, amount in {**paid, ("run", ""): _paid(entries)}.items()}

    async def aclose(self) -> None:
        """Close connections, inside the event loop that used them."""
        if not self._models:
            return
        for model in self._models:
            await aclose(model)
        await close_litellm()
        if self._journal is not None:
            self.is_flushing = True
            try:
                await self._journal.flush()
            finally:
                self.is_flushing = False

    def close(self) -> None:
        """Stop servers and close files; may be called twice, and from a signal handler."""
        for server in self._servers.values():
            server.stop()
        self._servers = {}
        if self._journal is not None:
            self._journal.close()
        if self._tracing is not None:
            self._tracing.close()
            self._tracing = None

    def _open_cache(self, configured: Any) -> Any:
        """The run's cache, or the one a model's own configuration asks for."""
        if configured is not None:
            return stack.open_cache(configured)
        if self._cache is None:
            self._cache = stack.open_cache(self.settings.cache)
        return self._cache

    def _open_ledger(
        self, name: str, settings: ModelSettings, role_type: RoleType, routing: RouterSettings | None
    ) -> Any:
        """The ledger of the run; of models without a cap another one, until a budget is set."""
        role, prices = str(role_type), routing.prices if routing else {}
        capped = self.settings.budget is not None or settings.max_budget is not None
        if not capped and self._uncapped is None:
            caps = Caps(on_unknown_price=settings.on_unknown_price)
            self._uncapped = Ledger(caps, PriceBook(custom={}, lookup=listed_price))
        if capped and self._ledger is None:
            caps = Caps(run=self._left(self.settings.budget), on_unknown_price=settings.on_unknown_price)
            lender = None if self._seat is None else self._seat.lender
            self._ledger = Ledger(caps, PriceBook(custom={}, lookup=listed_price), lender=lender)
            if lender is not None:
                lender.lend_to(self._ledger)
        if settings.max_budget is not None and role not in self._ledger.caps.role:
            left = self._left(settings.max_budget, role)
            self._ledger.caps = evolve(self._ledger.caps, role={**self._ledger.caps.role, role: left})
        ledger = self._ledger if capped else self._uncapped
        for priced, price in {**prices, **({name: settings.prices} if settings.prices else {})}.items():
            ledger.prices.custom[priced] = Price.from_mapping(price, name=priced)
        return ledger

    @staticmethod
    def _check_prices(ledger: Ledger, models: Iterable[str]) -> None:
        """Refuse a budget that cannot be kept before the first call instead of at it."""
        if ledger.caps.on_unknown_price != "refuse":
            return
        unknown = next((model for model in models if ledger.prices.price(model) is None), None)
        if unknown is not None:
            message = (
                f"a budget cannot be kept for {unknown!r}, because nobody knows its price. Give the price with "
                '--param prices=\'{"input_per_million": 1, "output_per_million": 5}\', or have calls of unknown price '
                "made uncounted with --param on_unknown_price=allow."
            )
            raise SettingsError(message)

    def _open_journal(self) -> Any:
        """The journal of finished calls, if one is kept."""
        if self._journal is None and self._calls is not None:
            wanted = self.settings.on_fallback != "void"
            self._journal = _opened(self._calls, secrets=self.secrets, replays_fallbacks=wanted)
            self._paid_before = _paid(self._journal.entries())
        return self._journal

    def _open_tracing(self, settings: ModelSettings) -> Any:
        """Where OpenTelemetry's spans of this run go, if they were asked for."""
        if self._tracing is None and parse_callbacks(settings.callbacks).otel:
            name = SPANS if self._seat is None else f"spans-{self._seat.name}.jsonl"
            self._tracing = open_tracing(self.directory / name if self.directory is not None else None)
        return self._tracing

    def _left(self, cap: float | None, role: str | None = None) -> float | None:
        """What is left of a cap after what an earlier part of this run has paid for; a worker borrows all of it."""
        if self._seat is not None and self._seat.plays:
            return None if cap is None else 0.0
        journal = self._open_journal()
        if cap is None or journal is None:
            return cap
        if role is None:
            return max(0.0, cap - self._paid_before)
        return max(0.0, cap - _paid(entry for entry in journal.entries() if entry.tag.role == role))

    def _router(
        self, name: str, settings: ModelSettings, routing: RouterSettings | None, ledger: Any
    ) -> ChatModel | None:
        """Where calls go when other models or deployments stand by."""
        known: dict[str, Any] = {"outages": self.outages, "endpoints": self.endpoints}
        if routing is not None:
            return stack.build_router(routing, settings, ledger, **known)
        return stack.fallback_router(name, settings, ledger, **known) if settings.fallbacks else None


def paid_in(calls: Callable[[], JournalStore]) -> float:
    """US dollars that the calls of a run have cost, as far as anybody knows.

    Args:
        calls: Opens the place where they are kept.

    Raises:
        SettingsError: They cannot be read.
    """
    journal = _opened(calls)
    try:
        return _paid(journal.entries())
    finally:
        journal.close()


def _opened(calls: Callable[[], JournalStore], **how: Any) -> Journal:
    try:
        return Journal(calls(), **how)
    except OSError as error:
        message = f"the calls that were made before cannot be read: {error}"
        raise SettingsError(message) from error


def _entries_in(path: Path) -> list[JournalEntry]:
    """The calls in a segment of a journal that its process left at any moment."""
    entries = []
    for line in path.read_bytes().split(b"\n"):
        with suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):  # torn, or empty at the end
            entries.append(read_line(line))
    return entries


def _paid(entries: Iterable[JournalEntry]) -> float:
    """What calls have cost, and what those may have that failed."""
    every = list(entries)
    answered = total_cost(entry.response.cost for entry in every if entry.response is not None).known
    tries = Spending.of_tries(attempt for entry in every for attempt in entry.tries)
    return as_float(answered + tries.cost.known + tries.uncertain_cost.known)


def check_model(name: str, config: Mapping[str, Any]) -> list[str]:
    """Make sure that a model can be called.

    Returns:
        Its credentials, which must never be written down.

    Raises:
        SettingsError: The configuration has no meaning.
        MissingKeyError: Credentials are missing.
    """
    settings = check_configuration(config)
    return _secrets([(name, settings.connection()), *(located(fallback, {}) for fallback in settings.fallbacks)])


def check_deployments(routing: RouterSettings, config: Mapping[str, Any]) -> list[str]:
    """``check_model`` for every deployment of a router."""
    shared = check_configuration(config)
    routing.check_shared(shared)
    return _secrets((each.model, each.settings_over(shared).connection()) for each in routing.deployments)


def _secrets(calls: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """The credentials of models that are called in some way."""
    return [secret for model, given in calls for secret in secrets_in(connection_for(model, given))]


def check_configuration(config: Mapping[str, Any]) -> ModelSettings:
    """Make sure that a configuration has a meaning; LiteLLM is imported only when there is something to ask it.

    Raises:
        SettingsError: It has none.
        MissingDependencyError: A callback's package is not installed.
    """
    settings = ModelSettings.from_config(config)
    if settings.prices is not None:
        Price.from_mapping(settings.prices)
    callbacks = parse_callbacks(settings.callbacks)
    check_callbacks(callbacks.litellm)
    check_packages(callbacks)
    return settings
