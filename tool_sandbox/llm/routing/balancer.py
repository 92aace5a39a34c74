"""LiteLLM's router as what chooses among the deployments of a group, and makes the calls to them so that it learns.

Each deployment has its own id as a tag. A choice is asked for first, so that the call can be reserved, negotiated and
paid as that deployment's; then the router makes this one call, without retries and fallbacks of its own.
"""

from __future__ import annotations

import asyncio
import threading
import warnings
import weakref
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.config import connection_for
from tool_sandbox.llm.layers.budget.pricing import is_token_price
from tool_sandbox.llm.providers import qualified
from tool_sandbox.llm.routing.deployments import Deployment
from tool_sandbox.llm.routing.load import shares
from tool_sandbox.llm.routing.option_kinds import Limits
from tool_sandbox.llm.routing.settings import RouterSettings
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.through_litellm.keys import own_key
from tool_sandbox.llm.transports.through_litellm.transport import (
    load_litellm,
    make_router,
    retire_router,
)

OURS = frozenset({"least-busy"})
"""Strategies whose choice must be counted in the moment it is made; LiteLLM counts a call when it begins, so that
eight calls at once were all given to one of two deployments (1.110.2)."""
_REFUSALS = ("ValueError", "RouterRateLimitError")
"""How LiteLLM's router says that it asks nobody."""
_READ = (
    "fallbacks", "context_window_fallbacks", "content_policy_fallbacks", "model_group_alias", "routing_strategy",
)  # fmt: skip


class Balancer:
    """One ``litellm.Router``, made when it is first needed unless it is given.

    Args:
        settings: The router's settings.
        shared: What is set for the calls to all deployments.
        router: The router; when it is not ours, its deployments are called by their ids.
        environ: Where credentials are looked for; the process's environment when not given.
    """

    def __init__(
        self,
        settings: RouterSettings,
        shared: ModelSettings,
        router: Any = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings
        self.router: Any = None
        self._retire: Callable[[], Any] = lambda: None
        self._make: Callable[[], Any] = partial(open_router, settings, shared, environ)
        self._lock = threading.Lock()
        self._asked: set[str] = set()
        if router is not None:
            self._use(router)

    async def open(self) -> None:
        """Make the router, unless there is one."""
        if self.router is None:
            await asyncio.to_thread(self._open)

    async def healthy(self, group: str, ids: Iterable[str]) -> list[str]:
        """Those of a group's deployments that are not left alone for having failed."""
        await self.open()
        if self.settings.ready is not None:
            found = await self._select(group, kind="healthy")
            return [each["model_info"]["id"] for each in found or ()]
        return [each for each in ids if await self._select(group, [each])]

    async def choose(self, group: str, without: Iterable[str]) -> str | None:
        """The deployment that the strategy would ask next; ``None`` when there is none."""
        await self.open()
        tags = [f"!{each}" for each in without] if self.settings.ready is None else []
        found = await self._select(group, tags)
        return None if found is None else found["model_info"]["id"]

    async def send(
        self, deployment: Deployment, litellm: Any, connection: Mapping[str, Any], call: Mapping[str, Any]
    ) -> Any:
        """Make one call to a deployment, in place of ``litellm.acompletion``."""
        await self.open()
        if self._is_new(deployment.id):
            try:
                return await litellm.acompletion(**connection, **call)
            finally:
                self._asked.add(deployment.id)
        named: dict[str, Any] = {"model": deployment.id}
        if self.settings.ready is None:
            named = {"model": deployment.group, "metadata": {**call.get("metadata", {}), "tags": [deployment.id]}}
        try:
            return await self.router.acompletion(**{**call, **named, "disable_fallbacks": True})
        except ValueError as error:
            if hasattr(error, "failed_deployment_id") or type(error).__name__ not in _REFUSALS:
                raise
        # It was asked for nevertheless: all others are left alone as well, and there is no fallback.
        return await litellm.acompletion(**connection, **call)

    def close(self) -> None:
        """Take what our router left in LiteLLM's lists out of them; a router that was given is its owner's."""
        self._retire()

    def _open(self) -> None:
        with self._lock:
            if self.router is None:
                self._use(self._make())

    def _use(self, router: Any) -> None:
        """Ask this router; what one of ours leaves in LiteLLM's lists goes with us, also when nobody closes us."""
        self.router = router
        if self.settings.ready is None:
            self._retire = weakref.finalize(self, retire_router, router)

    def _is_new(self, deployment: str) -> bool:
        """Whether a call would be measured that takes longer than all after it: for imports, and for connecting."""
        return self.settings.options.routing_strategy == "latency-based-routing" and deployment not in self._asked

    async def _select(self, group: str, tags: Iterable[str] = (), kind: str = "pick") -> Any:
        given = {"metadata": {"tags": list(tags)}} if tags else {}
        try:
            return await self.router.select(group, given, kind=kind)
        except ValueError:  # as LiteLLM says that there is none
            return None


def open_router(settings: RouterSettings, shared: ModelSettings, environ: Mapping[str, str] | None = None) -> Any:
    """A ``litellm.Router`` over the deployments that it has to choose among; ``None`` when there are none.

    Raises:
        MissingKeyError: A deployment needs credentials that were not found.
        SettingsError: LiteLLM refuses an option.
    """
    if settings.ready is not None or not settings.balanced:
        return settings.ready
    settings.check_shared(shared)
    entries = [
        _entry(settings, deployment, share, deployment.settings_over(shared), environ)
        for group in filter(settings.is_balanced, settings.groups)
        for deployment, share in zip(settings.group(group), shares(settings.group(group)), strict=True)
    ]
    options = settings.litellm_options
    if settings.options.routing_strategy in OURS:
        options = {name: value for name, value in options.items() if not name.startswith("routing_strategy")}
    return make_router(model_list=entries, num_retries=0, enable_tag_filtering=True, **options)


def _entry(
    settings: RouterSettings,
    deployment: Deployment,
    share: float,
    own: ModelSettings,
    environ: Mapping[str, str] | None,
) -> dict[str, Any]:
    """A deployment as LiteLLM takes it; of its limits only a share of the calls, since LiteLLM refuses what exceeds."""
    connection = connection_for(deployment.model, own.connection(), environ)
    params = {
        "model": qualified(deployment.model),
        **connection,
        **own_key(load_litellm(), deployment.model, connection),
        "weight": share,
        "order": deployment.limits.order + 1,
        "tags": [deployment.id],
    }
    if settings.options.routing_strategy == "cost-based-routing":
        params |= {name: price for name, price in (own.prices or {}).items() if is_token_price(name)}
    return {"model_name": deployment.group, "litellm_params": params, "model_info": {"id": deployment.id}}


def read_router(router: Any) -> dict[str, Any]:
    """The deployments and options of a ``litellm.Router``, as they could have been written.

    Raises:
        SettingsError: It is not one.
    """
    if not callable(getattr(router, "acompletion", None)) or not callable(getattr(router, "get_model_list", None)):
        message = f"{router!r} is not a list of deployments, a configuration or a litellm.Router."
        raise SettingsError(message)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the names that every release has
        entries = router.get_model_list()
        options = {name: getattr(router, name, None) for name in _READ}
    return {"model_list": [_read_entry(each) for each in entries], **{k: v for k, v in options.items() if v}}


def _read_entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    """One of its deployments, without what LiteLLM added to it."""
    params = {
        name: value
        for name, value in entry["litellm_params"].items()
        if value not in (None, False)
        and (name in ("model", *Limits.model_fields) or ModelSettings.has(name) or is_token_price(name))
    }
    return {
        "model_name": entry["model_name"],
        "litellm_params": params,
        "model_info": {"id": entry["model_info"]["id"]},
    }
