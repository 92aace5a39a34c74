"""What we know about providers by name: how their models are written, and where their credentials are looked for.

The variables are LiteLLM's own plus the names the providers' consoles and the original benchmark use; see
https://docs.litellm.ai/docs/providers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from attrs import Factory, frozen

from tool_sandbox.llm.transports.address import DirectName, is_direct
from tool_sandbox.redaction import redact_text


def _stem(name: str) -> str:
    return re.sub(r"\W", "_", name).upper()


def _variable(ending: str) -> Any:
    """By default the one variable that LiteLLM's convention gives a provider, such as ``GROQ_API_KEY``."""
    return Factory(lambda provider: (f"{_stem(provider.name)}_{ending}",), takes_self=True)


@frozen(kw_only=True)
class Provider:
    """One provider: how its models are spelled and what a call to it needs."""

    name: str
    prefixes: tuple[str, ...] = Factory(lambda provider: (provider.name,), takes_self=True)
    """Model prefixes; the first is used for bare names."""
    keys: tuple[str, ...] = _variable("API_KEY")
    """Variables that hold the key; the first one set wins."""
    bases: tuple[str, ...] = _variable("API_BASE")
    """Variables that hold the base URL; the first one set wins."""
    others: Mapping[str, tuple[str, ...]] = Factory(dict)
    """Further LiteLLM parameters and the variables that hold them."""
    bare_names: str = ""
    """Regular expression of model names that belong to the provider when written without a prefix."""
    tokens: tuple[str, ...] = ()
    """Variables with other credentials, which LiteLLM reads itself and sends in another way than a key."""
    key_required: bool = True
    """Whether a call without a key is bound to fail."""
    key_optional_with_base: bool = False
    """Whether a server of one's own may go without a key."""
    base_required: bool = False
    """Whether there is no endpoint by default."""
    domains: tuple[str, ...] = ()
    """Domains of the provider's own servers. Its key in the environment goes nowhere else, unless the environment says
    where the provider is, too."""


_VERTEX = {
    "vertex_project": ("VERTEXAI_PROJECT", "VERTEX_PROJECT", "GOOGLE_CLOUD_PROJECT", "CLOUD_ML_PROJECT_ID"),
    "vertex_location": ("VERTEXAI_LOCATION", "VERTEX_LOCATION", "GOOGLE_CLOUD_REGION", "CLOUD_ML_REGION"),
    "vertex_credentials": ("VERTEXAI_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"),
}
_AWS = {
    "aws_access_key_id": ("AWS_ACCESS_KEY_ID",),
    "aws_secret_access_key": ("AWS_SECRET_ACCESS_KEY",),
    "aws_session_token": ("AWS_SESSION_TOKEN",),
    "aws_region_name": ("AWS_REGION_NAME", "AWS_REGION", "AWS_DEFAULT_REGION"),
    "aws_profile_name": ("AWS_PROFILE",),
    "aws_bedrock_runtime_endpoint": ("AWS_BEDROCK_RUNTIME_ENDPOINT",),
}

PROVIDERS: tuple[Provider, ...] = (
    Provider(
        name="openai",
        prefixes=("openai", "text-completion-openai"),
        bases=("OPENAI_BASE_URL", "OPENAI_API_BASE"),
        others={"organization": ("OPENAI_ORGANIZATION", "OPENAI_ORG_ID")},
        bare_names=r"(gpt-|chatgpt-|o\d(-|$)|ft:gpt-)",
        key_optional_with_base=True,
        domains=("openai.com",),
    ),
    Provider(
        name="azure",
        keys=("AZURE_API_KEY", "AZURE_OPENAI_API_KEY"),
        tokens=("AZURE_AD_TOKEN",),
        bases=("AZURE_API_BASE", "AZURE_OPENAI_ENDPOINT"),
        others={"api_version": ("AZURE_API_VERSION", "OPENAI_API_VERSION")},
        base_required=True,
    ),
    Provider(
        name="anthropic",
        tokens=("ANTHROPIC_AUTH_TOKEN",),
        bases=("ANTHROPIC_API_BASE", "ANTHROPIC_BASE_URL"),
        domains=("anthropic.com",),
        bare_names=r"claude-",
    ),
    Provider(
        name="bedrock", prefixes=("bedrock", "bedrock_converse"), keys=(), bases=(), others=_AWS, key_required=False
    ),
    Provider(
        name="gemini",
        keys=("GOOGLE_API_KEY", "GEMINI_API_KEY"),
        domains=("googleapis.com",),
        bare_names=r"(gemini-|gemma-)",
    ),
    Provider(
        name="vertex_ai",
        prefixes=("vertex_ai", "vertex_ai_beta"),
        keys=(),
        bases=(),
        others=_VERTEX,
        key_required=False,
    ),
    Provider(
        name="cohere",
        prefixes=("cohere_chat", "cohere"),
        keys=("COHERE_API_KEY", "CO_API_KEY"),
        domains=("cohere.com", "cohere.ai"),
        bare_names=r"(command-|c4ai-)",
    ),
    Provider(
        name="mistral",
        prefixes=("mistral", "codestral"),
        domains=("mistral.ai",),
        bare_names=r"(mistral-|ministral-|magistral-|codestral-|open-mi|pixtral-|devstral-)",
    ),
    Provider(name="groq", domains=("groq.com",)),
    Provider(
        name="together_ai", keys=("TOGETHERAI_API_KEY", "TOGETHER_API_KEY"), domains=("together.xyz", "together.ai")
    ),
    Provider(name="openrouter", domains=("openrouter.ai",)),
    Provider(name="deepseek", bare_names=r"deepseek-", domains=("deepseek.com",)),
    Provider(name="xai", bare_names=r"grok-", domains=("x.ai",)),
    Provider(
        name="fireworks_ai",
        keys=("FIREWORKS_AI_API_KEY", "FIREWORKS_API_KEY"),
        bases=("FIREWORKS_API_BASE",),
        domains=("fireworks.ai",),
    ),
    Provider(
        name="ollama",
        prefixes=("ollama_chat", "ollama"),
        bases=("OLLAMA_API_BASE", "OLLAMA_HOST"),
        key_required=False,
    ),
    Provider(
        name="hosted_vllm",
        prefixes=("hosted_vllm", "vllm"),
        bases=("HOSTED_VLLM_API_BASE", "OPENAI_BASE_URL"),  # the second one is where the original looked
        key_required=False,
        base_required=True,
    ),
    Provider(name="litellm_proxy", key_optional_with_base=True, base_required=True),
    Provider(
        name="direct",
        bases=("DIRECT_API_BASE", "OPENAI_BASE_URL", "OPENAI_API_BASE"),
        key_required=False,
        base_required=True,
    ),
)
_BY_PREFIX = {prefix: provider for provider in PROVIDERS for prefix in provider.prefixes}


@lru_cache(maxsize=256)
def provider_of(model: str) -> Provider | None:
    """The provider that a model string names, or ``None`` for a bare name nobody is known to own.

    A prefix that is not in the table is a provider too: its variables follow LiteLLM's convention
    (``NAME_API_KEY``, ``NAME_API_BASE``).
    """
    prefix, separator, _ = model.partition(":" if is_direct(model) else "/")
    if separator:
        return _BY_PREFIX.get(prefix) or _conventional(prefix)
    return next((each for each in PROVIDERS if each.bare_names and re.match(each.bare_names, model)), None)


def server_of(model: str, api_base: str | None = None) -> tuple[str | None, str | None]:
    """Whose server a model is asked at, and where that was said: keys for one must not go to another."""
    base = api_base or (DirectName.parse(model).base if is_direct(model) else None)
    return provider_name(model), redact_text(base).rstrip("/") if base else None


def qualified(model: str) -> str:
    """The model string with its provider's prefix, so that LiteLLM needs no table to know where it goes."""
    provider = provider_of(model)
    if provider is None or "/" in model or is_direct(model):
        return model
    return f"{provider.prefixes[0]}/{model}"


@lru_cache(maxsize=256)
def direct_name(model: str) -> str:
    """The name a ``direct:`` model has at its endpoint."""
    return DirectName.parse(model).model


def provider_name(model: str) -> str | None:
    """Name of the provider a model string names, if it names one."""
    provider = provider_of(model)
    return provider.name if provider else None


def _conventional(prefix: str) -> Provider:
    stem = _stem(prefix)
    return Provider(name=prefix, bases=(f"{stem}_API_BASE", f"{stem}_BASE_URL"), key_required=False)
