"""One place where a model can be asked, and the list of them as a person writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from pydantic import BaseModel, Field

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.layers.budget.pricing import is_token_price
from tool_sandbox.llm.providers import server_of
from tool_sandbox.llm.routing.option_kinds import AnyMapping, Limits, RouterOptions, Text, from_environment, read
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.address import located
from tool_sandbox.redaction import redact_text

_NO_OPS = frozenset({"drop_params", "modify_params", "use_in_pass_through", "tags"})
"""Entries of LiteLLM's that mean nothing here: refused parameters are always dropped, one at a time and noted."""


@frozen(kw_only=True)
class Deployment:
    """One place where a model can be asked."""

    id: str
    """Unique name, recorded with every answer."""
    group: str
    """Deployments of one group are the same to whoever asks."""
    model: str
    """LiteLLM model string."""
    settings: ModelSettings
    """What is set for this deployment alone."""
    limits: Limits
    """How much it is asked, and before which others."""

    def settings_over(self, shared: ModelSettings) -> ModelSettings:
        """The settings that all deployments share, with this one's own in front."""
        own = {name: getattr(self.settings, name) for name in self.settings.explicit}
        return shared.replaced(**own, fallbacks=())

    @property
    def place(self) -> tuple[str | None, str | None]:
        """Whose server it is, and where."""
        return server_of(self.model, self.settings.api_base)


class _Entry(BaseModel):
    """An entry of a list of deployments, in LiteLLM's form or the short one, which is all further names."""

    model_name: Text = Field("", description="text")
    model_info: AnyMapping = {}
    litellm_params: AnyMapping = {}


def read_deployments(
    model_list: Sequence[Mapping[str, Any]], used: RouterOptions, environ: Mapping[str, str]
) -> tuple[Deployment, ...]:
    """The deployments of a list as a person writes it.

    Raises:
        SettingsError: The list is empty, or an entry is unknown, incomplete, or has the id of another.
    """
    if not model_list:
        message = "a router needs at least one deployment, such as {'model': 'gpt-5'}."
        raise SettingsError(message)
    limits = {"max_parallel_requests": used.default_max_parallel_requests, "stream_timeout": used.stream_timeout}
    defaults = {name: value for name, value in limits.items() if value is not None} | used.default_litellm_params
    found: dict[str, Deployment] = {}
    for number, entry in enumerate(model_list):
        where = f"model_list[{number}]"
        deployment = _deployment(where, number, entry, defaults, environ)
        if deployment.id in found:
            message = (
                f"{where}: the id {deployment.id!r} is used twice; "
                "give each deployment its own model_info: {'id': …}."
            )
            raise SettingsError(message)
        found[deployment.id] = deployment
    return tuple(found.values())


def _deployment(
    where: str, number: int, entry: Any, defaults: Mapping[str, Any], environ: Mapping[str, str]
) -> Deployment:
    if not isinstance(entry, Mapping):
        message = f"{where}={entry!r} must be a mapping, such as {{'model': 'gpt-5'}}."
        raise SettingsError(message)
    written = read(_Entry, entry, f"{where}: ")
    outer = {name: value for name, value in entry.items() if name not in _Entry.model_fields}
    params = {**defaults, **_from_info(written.model_info), **written.litellm_params, **outer}
    params = {name: from_environment(value, environ) for name, value in params.items() if name not in _NO_OPS}
    model = params.pop("model", None)
    if not isinstance(model, str) or not model:
        message = f"{where} names no model; give litellm_params: {{'model': …}} or the short form {{'model': …}}."
        raise SettingsError(message)
    limits = read(Limits, {name: params.pop(name, None) for name in Limits.model_fields}, f"{where}: ")
    prices = {name: params.pop(name) for name in list(params) if is_token_price(name)}
    if prices:
        params["prices"] = prices
    try:
        model, params = located(model, params)
        settings = ModelSettings.from_config(params)
    except SettingsError as error:
        message = f"{where} ({redact_text(model)!r}): {error}"
        raise SettingsError(message) from error
    return Deployment(
        id=str(written.model_info.get("id") or f"{written.model_name or model}-{number}"),
        group=written.model_name or model,
        model=model,
        settings=settings,
        limits=limits,
    )


def _from_info(info: Mapping[str, Any]) -> dict[str, Any]:
    """What LiteLLM reads from an entry's ``model_info`` for its calls: prices, and the model behind the name."""
    wanted = {name: value for name, value in info.items() if is_token_price(name) or name == "base_model"}
    return {name: value for name, value in wanted.items() if value is not None}
