"""Which model, where it is and with which credentials: read from the environment into what the agents take."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tool_sandbox.errors import MissingKeyError, SettingsError
from tool_sandbox.llm.providers import Provider, direct_endpoint, provider_of
from tool_sandbox.llm.redaction import is_secret_name

_NO_KEY = "no-key-needed"
"""Sent to servers of one's own that want no key, because clients refuse to send nothing."""
_SHORTEST_SECRET = 7
"""Shorter keys are placeholders (``EMPTY``, ``x``); hiding those would hide every word that holds them."""


class LiteLLMConfig:
    """Configurations for ``LiteLLMAgent`` and ``LiteLLMAgentWithRouter``, from model strings and variables."""

    @staticmethod
    def from_env(model_name: str, environ: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What the environment says about a model.

        Args:
            model_name: A LiteLLM model string.
            environ: Where to look; the process's environment when not given.

        Returns:
            ``model`` and only those of LiteLLM's keywords that were found.
        """
        found = {"model": model_name}
        provider = provider_of(model_name)
        if provider is None:
            return found
        variables = os.environ if environ is None else environ
        wanted = {"api_key": provider.keys, "api_base": provider.bases, **provider.others}
        for keyword, names in wanted.items():
            if value := next((variables[name] for name in names if variables.get(name)), None):
                found[keyword] = value
        return found

    @classmethod
    def with_fallbacks(
        cls, primary_model: str, fallback_models: Sequence[str], environ: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """A router configuration in which other models answer, in order, when the first one cannot.

        Args:
            primary_model: The model to ask.
            fallback_models: The models to ask when it fails.
            environ: Where to look for credentials; the process's environment when not given.
        """
        names = ["primary", *(f"fallback_{number}" for number in range(len(fallback_models)))]
        models = [primary_model, *fallback_models]
        return {
            "model_list": [
                {"model_name": name, "litellm_params": cls.from_env(model, environ)}
                for name, model in zip(names, models, strict=True)
            ],
            "fallbacks": [{"primary": names[1:]}] if fallback_models else [],
        }

    @staticmethod
    def from_proxy_config(path: str | os.PathLike[str], environ: Mapping[str, str] | None = None) -> dict[str, Any]:
        """A router configuration from the ``config.yaml`` of a LiteLLM proxy; see ``llm.proxy_config``."""
        from tool_sandbox.llm.proxy_config import read_proxy_config

        return read_proxy_config(path, environ)


def connection_for(model: str, given: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """How to reach a model: what was given, completed from the environment, and checked to be enough.

    Args:
        model: A LiteLLM model string.
        given: LiteLLM keywords that were set explicitly.
        environ: Where to look for the rest; the process's environment when not given.

    Raises:
        MissingKeyError: The provider needs a key and there is none.
        SettingsError: The provider has no endpoint of its own and none was named.
    """
    found = LiteLLMConfig.from_env(model, environ)
    del found["model"]
    connection = {**found, **{name: value for name, value in given.items() if value is not None}}
    if endpoint := direct_endpoint(model):
        connection["api_base"] = endpoint
    provider = provider_of(model)
    if provider is None or connection.get("custom_llm_provider"):
        return connection
    if provider.base_required and not connection.get("api_base"):
        message = f"{model!r} has no endpoint of its own: set {_either(provider.bases)} or pass api_base=…"
        raise SettingsError(message)
    if not connection.get("api_key") and provider.key_optional_with_base and connection.get("api_base"):
        connection["api_key"] = _NO_KEY
    if provider.key_required and not connection.get("api_key"):
        variables = os.environ if environ is None else environ
        if not _set_in_litellm(provider) and not any(variables.get(name) for name in provider.tokens):
            raise MissingKeyError(_missing_key(model, provider))
    return connection


def secrets_in(connection: Mapping[str, Any]) -> tuple[str, ...]:
    """The credentials among LiteLLM keywords, to be kept out of messages."""
    headers = connection.get("extra_headers") or {}
    named = {**connection, **headers}
    secrets = [str(value) for name, value in named.items() if value and is_secret_name(name) and value != _NO_KEY]
    return tuple(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)


def _missing_key(model: str, provider: Provider) -> str:
    return (
        f"no key for {model!r}: looked for api_key in the configuration and for the environment variable "
        f"{_either(provider.keys)}. Set one, for example: export {provider.keys[0]}=…"
    )


def _set_in_litellm(provider: Provider) -> bool:
    """Whether the user gave LiteLLM itself a key, as a module attribute."""
    litellm = sys.modules.get("litellm")
    return any(bool(getattr(litellm, name, None)) for name in ("api_key", f"{provider.name}_key"))


def _either(names: Sequence[str]) -> str:
    return " or ".join(names)
