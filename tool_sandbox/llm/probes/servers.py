"""What a server of one's own says of itself, and how each kind is started so that it reads its model's tool calls.

The answers of vLLM, SGLang, llama.cpp and Ollama, and the names of the parsers of vLLM and SGLang, as of 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.config import is_at
from tool_sandbox.llm.layers.budget.pricing import OWN_SERVERS
from tool_sandbox.llm.layers.prompted_tools.layer import choose_format
from tool_sandbox.llm.providers import direct_name, provider_of
from tool_sandbox.llm.transports.address import CHAT, Endpoint, is_direct
from tool_sandbox.llm.transports.direct import headers_for

_STYLES = frozenset({"openai", "direct", "litellm_proxy", "ollama", *OWN_SERVERS})
"""Providers whose models can be at a server of one's own that lists its models as OpenAI does."""
_SOFTWARE = {"vllm": "vLLM", "sglang": "SGLang", "llamacpp": "llama.cpp", "library": "Ollama"}
"""Who owns the models in a list of them, and what that says."""
_PATIENCE = 5.0
"""Seconds for a list, which no server has to think about."""
_NAMED = 6
"""Models that are named of a long list."""


@frozen(kw_only=True)
class Server:
    """What a server says of itself."""

    base: str
    """Where it is, without secrets."""
    software: str | None = None
    """vLLM, SGLang, llama.cpp or Ollama; ``None`` for others."""
    models: tuple[str, ...] = ()
    """What it serves."""
    context: int | None = None
    """Tokens that the model can read and write in one conversation."""
    shows_tools: bool | None = None
    """Whether the chat template has a place for tools; ``None`` where the server does not say."""

    @property
    def listing(self) -> str:
        """The models in words."""
        named = ", ".join(map(repr, self.models[:_NAMED]))
        more = len(self.models) - _NAMED
        return f"{named} and {more} more" if more > 0 else named

    def serves(self, model: str) -> bool:
        """Whether a model is listed; Ollama also knows it without its tag."""
        return not self.models or model in self.models or f"{model}:latest" in self.models


def own_base(model: str, connection: Mapping[str, Any]) -> str | None:
    """The address of a server of one's own that speaks OpenAI's format; ``None`` for the providers' own servers."""
    provider, base = provider_of(model), str(connection.get("api_base") or "")
    if provider is None or provider.name not in _STYLES or not base:
        return None
    return None if is_at(base, provider.domains) else base


async def look_at(model: str, connection: Mapping[str, Any]) -> Server | None:
    """Ask a server of one's own what it is and what it serves; ``None`` when it does not say.

    Args:
        model: A LiteLLM model string.
        connection: How it is reached.
    """
    import aiohttp

    base = own_base(model, connection)
    if base is None:
        return None
    try:
        endpoint = Endpoint.parse(f"{base.rstrip('/')}/v1" if _is_ollama(model) else base)
    except SettingsError:
        return None
    limit = aiohttp.ClientTimeout(total=_PATIENCE)
    async with aiohttp.ClientSession(
        headers=headers_for(connection, endpoint), timeout=limit, trust_env=True
    ) as session:
        listed = await _asked(session.get(endpoint.url.replace(CHAT, "/models"), allow_redirects=False))
        entries = [each for each in _list(listed.get("data")) if isinstance(each, Mapping)]
        if not entries:
            return None
        server = _server(endpoint.shown, served_name(model), entries)
        root = re.sub(r"/v\d+$", "", endpoint.shown)
        if server.software == "llama.cpp":
            return _with_props(server, await _asked(session.get(f"{root}/props", allow_redirects=False)))
        if server.software == "Ollama":
            shown = session.post(f"{root}/api/show", json={"model": served_name(model)}, allow_redirects=False)
            return _with_capabilities(server, await _asked(shown))
        return server


def served_name(model: str) -> str:
    """What a model is called at its server."""
    return direct_name(model) if is_direct(model) else model.partition("/")[2] or model


def how_to_serve_tools(server: Server | None, model: str) -> str:
    """What to do so that the server reads the calls of its model, or to get by without that."""
    vllm, sglang = _parsers(served_name(model))
    ways = {
        "vLLM": f"start vLLM with --enable-auto-tool-choice --tool-call-parser {vllm}",
        "SGLang": f"start SGLang with --tool-call-parser {sglang}",
        "llama.cpp": "start llama-server with --jinja, and with --chat-template-file where the model's own template "
        "has no tools",
        "Ollama": "take a model for which 'ollama show' lists the capability tools",
    }
    way = ways.get((server and server.software) or "") or (
        f"start the server with the tool parser of its model ({ways['vLLM'].removeprefix('start ')}; "
        f"{ways['SGLang'].removeprefix('start ')}; llama-server with --jinja)"
    )
    return f"{way}; or describe the tools in the prompt with {without_native_tools(model)}"


def without_native_tools(model: str) -> str:
    """How to describe the tools in the prompt of a model."""
    form = choose_format(model, supports_tools=False, flag="on")
    return f"--tool-format {form.name if form else 'json'}"


_UNKNOWN = "NAME"
"""Stands for the parser of a model whose family is not in the table."""
_PARSERS = (
    (r"qwen3?[-_.]?(?:coder|3\.[5-9])", "qwen3_coder", "qwen3_coder"),
    (r"qwen|qwq|hermes", "hermes", "qwen"),
    (r"llama-?4", "llama4_pythonic", "pythonic"),
    (r"llama-?3", "llama3_json", "llama3"),
    (r"mistral|mixtral|ministral|magistral|devstral", "mistral", "mistral"),
    (r"deepseek-v3\.[12]", "deepseek_v31", "deepseekv31"),
    (r"deepseek-(?:v3|r1)", "deepseek_v3", "deepseekv3"),
    (r"gpt-oss", "openai", "gpt-oss"),
    (r"kimi-k2", "kimi_k2", "kimi_k2"),
    (r"glm-4", "glm45", "glm"),
    (r"granite", "granite", _UNKNOWN),
)
"""Names of models, and the parsers that read their calls in vLLM and in SGLang."""


def _parsers(name: str) -> tuple[str, str]:
    found = next((row for row in _PARSERS if re.search(row[0], name, re.IGNORECASE)), None)
    return (_UNKNOWN, _UNKNOWN) if found is None else (found[1], found[2])


def _is_ollama(model: str) -> bool:
    provider = provider_of(model)
    return provider is not None and provider.name == "ollama"


def _server(base: str, name: str, entries: list[Mapping[str, Any]]) -> Server:
    mine = next((each for each in entries if each.get("id") in (name, f"{name}:latest")), entries[0])
    meta = mine.get("meta")
    context = mine.get("max_model_len") or (meta.get("n_ctx") if isinstance(meta, Mapping) else None)
    return Server(
        base=base,
        software=_SOFTWARE.get(str(mine.get("owned_by"))),
        models=tuple(str(each.get("id")) for each in entries),
        context=context if isinstance(context, int) else None,
    )


def _with_props(server: Server, props: Mapping[str, Any]) -> Server:
    """What llama-server tells: its context, and the chat template."""
    defaults, template = props.get("default_generation_settings"), props.get("chat_template")
    context = defaults.get("n_ctx") if isinstance(defaults, Mapping) else None
    return evolve(
        server,
        context=context if isinstance(context, int) else server.context,
        shows_tools="tools" in template if isinstance(template, str) and template else None,
    )


def _with_capabilities(server: Server, shown: Mapping[str, Any]) -> Server:
    """What Ollama tells: whether the template of the model has tools."""
    able = shown.get("capabilities")
    return evolve(server, shows_tools="tools" in able if isinstance(able, list) else None)


async def _asked(request: Any) -> Mapping[str, Any]:
    """The JSON object that a server answers with; nothing where it has no such answer."""
    import aiohttp

    try:
        async with request as answer:
            data = await answer.json(content_type=None) if answer.status == 200 else None  # noqa: PLR2004 -- HTTP
    except (aiohttp.ClientError, TimeoutError, ValueError, OSError):
        return {}
    return data if isinstance(data, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
