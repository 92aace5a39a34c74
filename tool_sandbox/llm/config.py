"""Which model, where it is and with which credentials: read from the environment into what the agents take."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tool_sandbox.errors import AuthenticationError, MissingKeyError, ProviderError, SettingsError
from tool_sandbox.llm.providers import PROVIDERS, Provider, provider_of
from tool_sandbox.llm.transports.address import DirectName, Endpoint, direct_base, is_direct, url_secrets
from tool_sandbox.llm.transports.http_text import check_sendable, check_variable
from tool_sandbox.redaction import is_secret_name, redact_text

NO_KEY = "no-key-needed"
"""Sent to servers of one's own that want no key, because clients refuse to send nothing."""
_OPENAI = next(each for each in PROVIDERS if each.name == "openai")
_DIRECT = next(each for each in PROVIDERS if each.name == "direct")
_SHORTEST_SECRET = 7
"""Shorter keys are placeholders (``EMPTY``, ``x``); hiding those would hide every word that holds them."""


class LiteLLMConfig:
    """Configurations for ``LiteLLMAgent`` and ``LiteLLMAgentWithRouter``, from model strings and the environment."""

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
        if is_direct(model_name) and (base := DirectName.parse(model_name).base):
            del wanted["api_base"]
            if is_at(base, _OPENAI.domains):
                wanted["api_key"] = (*provider.keys, *_OPENAI.keys)
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

        Returns:
            ``model_list`` and ``fallbacks``, in LiteLLM's form.
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
        """A router configuration from the ``config.yaml`` of a LiteLLM proxy.

        What only concerns the proxy as a server (keys, database, callbacks) is left out.

        Args:
            path: The YAML file.
            environ: Where ``os.environ/NAME`` is looked for; the process's environment when not given.

        Raises:
            SettingsError: The file cannot be read, holds no ``model_list``, or names a variable that is not set.
        """
        from tool_sandbox.llm.routing.proxy_config import read_proxy_config

        return read_proxy_config(path, environ)


def connection_for(model: str, given: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """How to reach a model: what was given, completed from the environment, and checked to be enough.

    Args:
        model: A LiteLLM model string.
        given: LiteLLM keywords that were set explicitly.
        environ: Where to look for the rest; the process's environment when not given.

    Raises:
        MissingKeyError: The provider needs a key and there is none.
        SettingsError: The provider has no endpoint of its own and none was named, or HTTP cannot carry a key.
    """
    variables = os.environ if environ is None else environ
    set_here = {name: value for name, value in given.items() if value is not None}
    other = None if is_direct(model) else set_here.get("custom_llm_provider")
    served_by = f"{other}/{model}" if other else model
    found = LiteLLMConfig.from_env(served_by, environ)
    del found["model"]
    provider = provider_of(served_by)
    _keep_at_home(provider, found, set_here)
    connection = {**found, **set_here}
    check_sendable(model, connection, variables)
    if is_direct(model):
        return _direct_connection(model, connection, set_here)
    if provider is None or other:
        return connection
    if provider.base_required and not connection.get("api_base"):
        message = f"{model!r} has no endpoint of its own: set {_either(provider.bases)} or pass api_base=…"
        raise SettingsError(message)
    if not connection.get("api_key") and provider.key_optional_with_base and connection.get("api_base"):
        connection["api_key"] = NO_KEY
    if provider.key_required and not connection.get("api_key"):
        tokens = {name: variables[name] for name in provider.tokens if variables.get(name)}
        for name, value in tokens.items():
            check_variable(name, value)
        if not _set_in_litellm(provider) and not tokens:
            raise MissingKeyError(_missing_key(model, provider))
    return connection


def secrets_in(connection: Mapping[str, Any]) -> tuple[str, ...]:
    """The credentials among LiteLLM keywords, to be kept out of messages."""
    headers = connection.get("extra_headers") or {}
    named = {**connection, **headers}
    secrets = [str(value) for name, value in named.items() if value and is_secret_name(name) and value != NO_KEY]
    secrets += url_secrets(str(connection.get("api_base") or ""))
    return tuple(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)


def advised(error: ProviderError, model: str, connection: Mapping[str, Any]) -> ProviderError:
    """The error, with what to do about it if a server wants a key and got none."""
    if isinstance(error, AuthenticationError) and _lacks_key(model, connection):
        provider = provider_of(model)
        reserved = f" {_OPENAI.keys[0]} goes to OpenAI's own servers only." if provider in (_OPENAI, _DIRECT) else ""
        error.advice = f"{'Set DIRECT_API_KEY or give' if is_direct(model) else 'Give'} --param api_key=KEY"
        error.args = (f"{error} No key was sent. {error.advice} (in Python: api_key=…).{reserved}",)
    return error


def is_at(base: str, domains: Sequence[str]) -> bool:
    """Whether a base URL leads, encrypted, to a server in one of these domains."""
    host = re.match(r"https://(?:[^/?#]*@)?(?P<name>[^/?#:@]+)", base, re.IGNORECASE)
    return host is not None and any(f".{host['name'].lower()}".endswith(f".{domain}") for domain in domains)


def _lacks_key(model: str, connection: Mapping[str, Any]) -> bool:
    """Whether a call to an address of the user's went without any credentials."""
    headers, base = connection.get("extra_headers") or {}, connection.get("api_base")
    values = [value for name, value in {**connection, **headers}.items() if is_secret_name(name)]
    given = any(value and value != NO_KEY for value in values) or not base
    return not given and not (is_direct(model) and url_secrets(str(base)))


def _direct_connection(model: str, connection: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The connection of a ``direct:`` model, with a server that can be asked."""
    base = direct_base(model, given.get("api_base")) or connection.get("api_base")
    if not base:
        names = _either(_DIRECT.bases)
        message = f"{model!r} names no server: write direct:http://HOST:PORT/v1/MODEL, set {names} or pass api_base=…"
        raise SettingsError(message)
    endpoint = Endpoint.parse(str(base))
    if endpoint.authorization:
        if given.get("api_key"):
            message = f"{endpoint.shown!r} has a user or password in its address and an api_key as well: give one."
            raise SettingsError(message)
        connection.pop("api_key", None)
    return {**connection, "api_base": str(base)}


def _keep_at_home(provider: Provider | None, found: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Take a provider's key from what the environment says when the call goes to somebody else's server.

    Raises:
        MissingKeyError: LiteLLM would find the key in the environment by itself, and send it.
    """
    base = given.get("api_base")
    if provider is None or not provider.domains or "api_key" not in found or given.get("api_key"):
        return
    if not base or base == found.get("api_base") or is_at(str(base), provider.domains):
        return
    if not provider.key_optional_with_base:
        message = (
            f"{_either(provider.keys)} goes to the servers of {provider.name} only, not to "
            f"{redact_text(str(base))!r}: give that server's key with api_key=…, or name the server in "
            f"{_either(provider.bases)}."
        )
        raise MissingKeyError(message)
    found["api_key"] = NO_KEY


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
