"""The layers between a role and a model, put together in one place.

Outermost first: spans, journal, cache, room for reasoning, budget, retry, limits, and a transport at the bottom. Tools
in the prompt, where a model needs that, come right above the transport.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tool_sandbox.llm.chat import ChatModel
from tool_sandbox.llm.config import LiteLLMConfig, connection_for
from tool_sandbox.llm.layers.budget.caps import Caps
from tool_sandbox.llm.layers.budget.layer import Budgeted, Ledger
from tool_sandbox.llm.layers.budget.pricing import Price, PriceBook
from tool_sandbox.llm.layers.cache.layer import Cached
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.cache.store import ResponseCache
from tool_sandbox.llm.layers.journal.layer import Journaled
from tool_sandbox.llm.layers.limits.endpoints import Endpoints
from tool_sandbox.llm.layers.limits.layer import Limited
from tool_sandbox.llm.layers.outages import Outages
from tool_sandbox.llm.layers.prompted_tools.support import with_prompted_tools
from tool_sandbox.llm.layers.retry import Retrying, RetryPolicy
from tool_sandbox.llm.layers.tracing import Traced, Tracing, open_tracing, parse_callbacks
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.address import is_direct
from tool_sandbox.llm.transports.direct import DirectTransport
from tool_sandbox.llm.transports.negotiation.room import RoomForReasoning
from tool_sandbox.llm.transports.through_litellm.transport import (
    LiteLLMTransport,
    Send,
    aload_litellm,
    listed_price,
)
from tool_sandbox.redaction import redact_text

if TYPE_CHECKING:
    from tool_sandbox.llm.routing.router import Router
    from tool_sandbox.llm.routing.settings import RouterSettings


def build_model(  # noqa: PLR0913 -- every layer that can be there or not is an argument
    model: str,
    settings: ModelSettings,
    *,
    transport: ChatModel | None = None,
    cache: ResponseCache | None = None,
    ledger: Ledger | None = None,
    journal: Any = None,
    retry: RetryPolicy | None = None,
    tracing: Tracing | None = None,
    outages: Outages | None = None,
    endpoints: Endpoints | None = None,
    environ: Mapping[str, str] | None = None,
) -> ChatModel:
    """A model ready to be asked by a role.

    Args:
        model: A LiteLLM model string.
        settings: How it is called.
        transport: What calls the model, when it is not the one the model string names. It does its own retries and
            its own accounting, as a router does.
        cache: Where answers are kept, if anywhere.
        ledger: Who counts the money, if anybody.
        journal: Where finished calls are written down, if anywhere.
        retry: How often a call is tried; by the settings when not given.
        tracing: Where spans go; to the application's own OpenTelemetry when not given and the callback ``otel`` is set.
        outages: What is known of endpoints that are down; shared by all whose calls are to wait together.
        endpoints: What is known of how much endpoints take; shared likewise.
        environ: Where credentials are looked for; the process's environment when not given.

    Raises:
        MissingKeyError: The model needs credentials that were not found.
    """
    layers = transport
    if layers is None:
        policy = retry or _policy(settings)
        own = build_transport(model, settings, ledger, environ)
        retrying = Retrying(
            _limited(own, model, settings, endpoints or Endpoints(), policy, environ),
            policy,
            prepare=_prepare([model]),
            outages=outages,
            endpoint=_place(model, settings),
        )
        layers = _budgeted(retrying, ledger)
    if "max_tokens" not in settings.explicit and transport is None:
        layers = RoomForReasoning(layers)
    if cache is not None:
        endpoint = _endpoint(model, settings, environ) if transport is None else getattr(transport, "identity", "")
        layers = Cached(layers, cache, endpoint=endpoint, shared=cache is settings.cache)
    if journal is not None:
        layers = Journaled(layers, journal)
    if tracing is not None or parse_callbacks(settings.callbacks).otel:
        layers = Traced(layers, (tracing or open_tracing()).tracer)
    return layers


def build_transport(
    model: str,
    settings: ModelSettings,
    ledger: Ledger | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    send: Send | None = None,
) -> ChatModel:
    """What calls the model itself: LiteLLM, or plain HTTP for ``direct:`` models; with tools in the prompt if need be.

    Raises:
        MissingKeyError: The model needs credentials that were not found.
    """
    connection = connection_for(model, settings.connection(), environ)
    ours = "max_tokens" not in settings.explicit
    limits: dict[str, Any] = {"flexible_tokens": lambda: ours and not _capped(ledger), "limit_is_ours": ours}
    if is_direct(model):
        transport: ChatModel = DirectTransport(connection, **limits)
    else:
        callbacks = parse_callbacks(settings.callbacks).litellm
        transport = LiteLLMTransport(connection, **limits, callbacks=callbacks, send=send)
    return with_prompted_tools(transport, model, settings.prompted_tools)


def fallback_router(
    model: str,
    settings: ModelSettings,
    ledger: Ledger | None = None,
    *,
    outages: Outages | None = None,
    endpoints: Endpoints | None = None,
) -> Router:
    """The model with others standing by, from the ``fallbacks`` of its settings."""
    from tool_sandbox.llm.routing.settings import RouterSettings

    chain = LiteLLMConfig.with_fallbacks(model, settings.fallbacks, environ={})  # each finds its own when it is built
    chain["model_list"][0]["litellm_params"] |= settings.connection()
    routing = RouterSettings.from_config(chain["model_list"], {"fallbacks": chain["fallbacks"]})
    return build_router(routing, settings.without_connection(), ledger, outages=outages, endpoints=endpoints)


def build_router(
    routing: RouterSettings,
    settings: ModelSettings,
    ledger: Ledger | None = None,
    retry: RetryPolicy | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    outages: Outages | None = None,
    endpoints: Endpoints | None = None,
    balancer: Any = None,
) -> Router:
    """Deployments behind one model, each with its own accounting; retries and fallbacks are the router's.

    Args:
        routing: The deployments, and how to choose among them.
        settings: What is set for all of them.
        ledger: Who counts the money, if anybody.
        retry: How often a group is tried; by the settings when not given.
        environ: Where credentials are looked for; the process's environment when not given.
        outages: What is known of endpoints that are down.
        endpoints: What is known of how much endpoints take.
        balancer: The ``litellm.Router`` that chooses; made when it is first needed, if it is, when not given.

    Raises:
        MissingKeyError: A deployment needs credentials that were not found.
    """
    from tool_sandbox.llm.routing.balancer import Balancer
    from tool_sandbox.llm.routing.router import Router

    routing.check_shared(settings)
    chooser = Balancer(routing, settings, balancer, environ) if routing.balanced else None
    endpoints, policy = endpoints or Endpoints(), retry or _policy(settings)
    transports: dict[str, ChatModel] = {}
    for deployment in routing.deployments:
        own = deployment.settings_over(settings)
        send = partial(chooser.send, deployment) if chooser and deployment in routing.balanced else None
        transport = build_transport(deployment.model, own, ledger, environ, send=send)
        paid = _budgeted(_limited(transport, deployment.model, own, endpoints, policy, environ), ledger)
        transports[deployment.id] = paid if "max_tokens" in own.explicit else RoomForReasoning(paid)
    prepare = chooser.open if chooser else _prepare(each.model for each in routing.deployments)
    return Router(routing, transports, policy=policy, balancer=chooser, prepare=prepare, outages=outages)


def split_router_config(
    model_config: Sequence[Mapping[str, Any]] | Mapping[str, Any] | Any, options: Mapping[str, Any]
) -> tuple[RouterSettings, dict[str, Any]]:
    """A router's deployments and options, and the configuration keys of the calls.

    Args:
        model_config: The deployments, a whole configuration as ``LiteLLMConfig`` makes it, or a ``litellm.Router``.
        options: Options of the router and keys of the calls, mixed.
    """
    from tool_sandbox.llm.routing.balancer import read_router
    from tool_sandbox.llm.routing.options import is_option
    from tool_sandbox.llm.routing.settings import RouterSettings

    ready = None
    if not isinstance(model_config, Mapping | list | tuple | None):
        ready, model_config = model_config, read_router(model_config)
    elif not isinstance(model_config, Mapping):
        model_config = {} if model_config is None else {"model_list": model_config}
    everything = {**model_config, **options}
    deployments = everything.pop("model_list", None)
    chosen = {name: value for name, value in everything.items() if is_option(name)}
    calls = {name: value for name, value in everything.items() if name not in chosen}
    return evolve(RouterSettings.from_config(deployments or (), chosen), ready=ready), calls


def open_cache(config: Any) -> ResponseCache | None:
    """The response cache that a configuration asks for: a type, a mapping, ``redis://…``, or a cache as it is."""
    if config is None or config is False:
        return None
    if isinstance(config, ResponseCache):
        return config
    settings = CacheSettings.parse(config)
    return ResponseCache(settings) if settings.enabled else None


def open_ledger(
    model: str, settings: ModelSettings, role: str, prices: Mapping[str, Mapping[str, Any]] | None = None
) -> Ledger:
    """The ledger of one role, with its cap if it has one and its prices if it has its own.

    Args:
        model: The model that is asked.
        settings: How it is called.
        role: Who asks.
        prices: Prices of further models that may answer.
    """
    given = {**(prices or {}), **({model: settings.prices} if settings.prices else {})}
    custom = {name: Price.from_mapping(price, name=name) for name, price in given.items()}
    caps = {} if settings.max_budget is None else {role: settings.max_budget}
    limits = Caps(role=caps, on_unknown_price=settings.on_unknown_price)
    return Ledger(limits, PriceBook(custom=custom, lookup=listed_price))


def _endpoint(model: str, settings: ModelSettings, environ: Mapping[str, str] | None) -> str:
    """Where a model is asked, whoever said so: the answers of two servers are not each other's."""
    return redact_text(str(connection_for(model, settings.connection(), environ).get("api_base") or ""))


def _prepare(models: Iterable[str]) -> Callable[[], Awaitable[Any]] | None:
    """Import LiteLLM before the clock of a first call runs, if it will be needed."""
    return None if all(map(is_direct, models)) else aload_litellm


def _place(model: str, settings: ModelSettings) -> str:
    """What an endpoint is called among those that may be down: one model at one address."""
    return redact_text(f"{model} at {settings.api_base}" if settings.api_base else model)


def _limited(
    transport: ChatModel,
    model: str,
    settings: ModelSettings,
    endpoints: Endpoints,
    policy: RetryPolicy,
    environ: Mapping[str, str] | None,
) -> Limited:
    connection = connection_for(model, settings.connection(), environ)
    caps = {"rpm": settings.rpm, "tpm": settings.tpm}
    return Limited(transport, endpoints.at(model, connection, **caps, longest=policy.ceiling))


def _budgeted(inner: ChatModel, ledger: Ledger | None) -> ChatModel:
    return inner if ledger is None else Budgeted(inner, ledger)


def _policy(settings: ModelSettings) -> RetryPolicy:
    return RetryPolicy(attempts=settings.num_retries + 1, ceiling=settings.retry_ceiling, patience=settings.patience)


def _capped(ledger: Ledger | None) -> bool:
    if ledger is None:
        return False
    caps = ledger.caps
    return caps.run is not None or bool(caps.role or caps.model or caps.user)
