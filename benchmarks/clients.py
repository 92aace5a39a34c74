"""One client of ``benchmarks/agents.py`` in a process of its own: ``python clients.py NAME ROOT SECONDS``.

Prints what it measured as one line of JSON. Imports only what the client needs: memory and start-up are its own.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import resource
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

CONCURRENCIES = {1: 150, 16: 480, 128: 960}
"""Calls in flight, and the most calls that are made with so many."""
FAULTY_CALLS = 80
FAULTY_IN_FLIGHT = 16
WARM_UP = 5

Ask = Callable[[], Awaitable[int]]
Close = Callable[[], Awaitable[None]]


def tool(number: int) -> dict[str, Any]:
    name = "search_contacts" if number == 0 else f"another_tool_{number}"
    properties = {
        key: {"type": "string", "description": f"The {key} to look for, or nothing."}
        for key in ("name", "phone_number", "relationship")
    }
    parameters = {"type": "object", "properties": properties, "required": []}
    return {"type": "function", "function": {"name": name, "description": "Search it.", "parameters": parameters}}


TOOLS = [tool(number) for number in range(10)]
MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "You are a helpful assistant on a phone. " * 20},
    *({"role": role, "content": "Could you look that up for me, please?"} for role in ["user", "assistant"] * 3),
    {"role": "user", "content": "Text Dana that I'm running ten minutes late."},
]
ANTHROPIC_TOOLS = [
    {
        "name": each["function"]["name"],
        "description": each["function"]["description"],
        "input_schema": each["function"]["parameters"],
    }
    for each in TOOLS
]
BODY: dict[str, Any] = {"model": "gpt-4o", "messages": MESSAGES, "tools": TOOLS, "max_tokens": 1024, "temperature": 0}


async def nothing() -> None:
    """Close nothing."""


def bare_aiohttp(root: str) -> tuple[Ask, Close]:
    import aiohttp

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=512))

    async def ask() -> int:
        async with session.post(f"{root}/v1/chat/completions", json=BODY) as answer:
            answer.raise_for_status()
            return len((await answer.json())["choices"][0]["message"]["tool_calls"])

    return ask, session.close


def bare_httpx(root: str) -> tuple[Ask, Close]:
    import httpx

    client = httpx.AsyncClient(limits=httpx.Limits(max_connections=512), timeout=30)

    async def ask() -> int:
        answer = await client.post(f"{root}/v1/chat/completions", json=BODY)
        return len(answer.raise_for_status().json()["choices"][0]["message"]["tool_calls"])

    return ask, client.aclose


def openai_sdk(root: str) -> tuple[Ask, Close]:
    import openai

    client = openai.AsyncOpenAI(base_url=f"{root}/v1", api_key="x")

    async def ask() -> int:
        answer: Any = await client.chat.completions.create(**BODY)
        return len(answer.choices[0].message.tool_calls)

    return ask, client.close


def anthropic_sdk(root: str) -> tuple[Ask, Close]:
    anthropic: Any = importlib.import_module("anthropic")  # no dependency of this project
    client = anthropic.AsyncAnthropic(base_url=root, api_key="x")

    async def ask() -> int:
        answer: Any = await client.messages.create(
            model="claude-sonnet-4-5",
            system=MESSAGES[0]["content"],
            messages=MESSAGES[1:],
            tools=ANTHROPIC_TOOLS,
            max_tokens=1024,
        )
        return sum(block.type == "tool_use" for block in answer.content)

    return ask, client.close


def mistral_sdk(root: str) -> tuple[Ask, Close]:
    mistral: Any = importlib.import_module("mistralai.client").Mistral(api_key="x", server_url=root)

    async def ask() -> int:
        answer = await mistral.chat.complete_async(
            model="mistral-large-latest", messages=MESSAGES, tools=TOOLS, max_tokens=1024, temperature=0
        )
        return len(answer.choices[0].message.tool_calls)

    return ask, nothing


def cohere_sdk(root: str) -> tuple[Ask, Close]:
    client: Any = importlib.import_module("cohere").AsyncClientV2(api_key="x", base_url=root)

    async def ask() -> int:
        answer = await client.chat(
            model="command-a-03-2025", messages=MESSAGES, tools=TOOLS, max_tokens=1024, temperature=0
        )
        return len(answer.message.tool_calls)

    return ask, nothing


def google_sdk(root: str) -> tuple[Ask, Close]:
    client: Any = importlib.import_module("google.genai").Client(api_key="x", http_options={"base_url": root})
    declared = [
        {key: each["function"][key] for key in ("name", "description")}
        | {"parameters_json_schema": each["function"]["parameters"]}
        for each in TOOLS
    ]
    config = {
        "system_instruction": MESSAGES[0]["content"],
        "tools": [{"function_declarations": declared}],
        "max_output_tokens": 1024,
        "temperature": 0,
        "automatic_function_calling": {"disable": True},
    }
    contents = [
        {"role": "model" if each["role"] == "assistant" else "user", "parts": [{"text": each["content"]}]}
        for each in MESSAGES[1:]
    ]

    async def ask() -> int:
        answer = await client.aio.models.generate_content(model="gemini-2.5-flash", contents=contents, config=config)
        return len(answer.function_calls)

    return ask, nothing


def bare_litellm(root: str) -> tuple[Ask, Close]:
    from tool_sandbox.llm.transports.through_litellm.transport import load_litellm

    litellm = load_litellm()
    here = {"api_base": f"{root}/v1", "api_key": "x", "model": "openai/gpt-4o"}

    async def ask() -> int:
        answer = await litellm.acompletion(**{**BODY, **here})
        return len(answer.choices[0].message.tool_calls)

    return ask, nothing


def agent(model: str, root: str, **config: Any) -> tuple[Ask, Close]:
    from tool_sandbox.roles.litellm_agent import LiteLLMAgent

    role = LiteLLMAgent(model, api_base=root, api_key="x", **config)
    names = {each["function"]["name"] for each in TOOLS}

    async def ask() -> int:
        return len((await role._amake_llm_call(MESSAGES, TOOLS, names)).tool_calls)  # noqa: SLF001  (a turn's one call)

    async def close() -> None:
        role.teardown()
        await asyncio.sleep(0)

    return ask, close


CLIENTS: dict[str, Callable[[str], tuple[Ask, Close]]] = {
    "aiohttp": bare_aiohttp,
    "httpx": bare_httpx,
    "openai SDK": openai_sdk,
    "anthropic SDK": anthropic_sdk,
    "mistral SDK": mistral_sdk,
    "cohere SDK": cohere_sdk,
    "google SDK": google_sdk,
    "litellm": bare_litellm,
    "agent direct:": lambda root: agent("direct:gpt-4o", f"{root}/v1"),
    "agent openai/": lambda root: agent("openai/gpt-4o", f"{root}/v1"),
    "agent anthropic/": lambda root: agent("anthropic/claude-sonnet-4-5", root),
    "agent mistral/": lambda root: agent("mistral/mistral-large-latest", f"{root}/v1"),
    "agent cohere/": lambda root: agent("cohere_chat/command-a-03-2025", f"{root}/v2/chat"),
    "agent gemini/": lambda root: agent("gemini/gemini-2.5-flash", f"{root}/v1beta"),
}


async def in_flight(ask: Ask, width: int, most: int, seconds: float) -> dict[str, float]:
    """Make calls, so many at a time, until there were enough or the time is up."""
    latencies: list[float] = []
    failures = 0
    deadline = time.perf_counter() + seconds
    left = most

    async def worker() -> None:
        nonlocal left, failures
        while left > 0 and time.perf_counter() < deadline:
            left -= 1
            started = time.perf_counter()
            try:
                await ask()
            except Exception:  # noqa: BLE001 -- every client has errors of its own; they are only counted
                failures += 1
            latencies.append(time.perf_counter() - started)

    started, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(width)))
    spent = time.perf_counter() - started
    latencies.sort()
    return {
        "calls": len(latencies),
        "failures": failures,
        "lost": failures / len(latencies),
        "per_second": len(latencies) / spent,
        "median_ms": 1000 * statistics.median(latencies),
        "p95_ms": 1000 * latencies[int(0.95 * (len(latencies) - 1))],
        "cpu_ms": 1000 * (time.process_time() - cpu) / len(latencies),
        "seconds": spent,
    }


async def fallback(root: str, seconds: float) -> dict[str, float]:
    """Calls that a second deployment answers because the first one is down, and calls without a first one."""
    from tool_sandbox.roles.litellm_agent import LiteLLMAgentWithRouter

    def deployment(group: str, mode: str) -> dict[str, Any]:
        base = f"{root}/{mode}/v1"
        return {
            "model_name": group,
            "litellm_params": {"model": "openai/gpt-4o", "api_base": base, "api_key": "x"},
            "model_info": {"id": group},
        }

    result = {}
    names = {each["function"]["name"] for each in TOOLS}
    for key, first in (("healthy", "ok"), ("fallback", "down")):
        role = LiteLLMAgentWithRouter(
            [deployment("primary", first), deployment("spare", "ok")],
            fallbacks=[{"primary": ["spare"]}],
            cooldown_time=0,
            num_retries=0,
        )

        async def ask(role: LiteLLMAgentWithRouter = role) -> int:
            return len((await role._amake_llm_call(MESSAGES, TOOLS, names)).tool_calls)  # noqa: SLF001  (as above)

        await ask()
        result[key] = await in_flight(ask, 1, 60, seconds)
        role.teardown()
    return {
        "healthy_ms": result["healthy"]["median_ms"],
        "fallback_ms": result["fallback"]["median_ms"],
        "failures": result["fallback"]["failures"],
    }


async def cache_hits(root: str, seconds: float, directory: str) -> dict[str, float]:
    """Calls that the cache answers."""
    measured = {}
    for kind in ("memory", "disk"):
        config = {"type": kind, **({"directory": directory} if kind == "disk" else {})}
        ask, close = agent("openai/gpt-4o", f"{root}/ok/v1", cache=config)
        await ask()
        measured[f"{kind}_ms"] = (await in_flight(ask, 1, 400, seconds))["median_ms"]
        await close()
    return measured


PRICED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "openai/gpt-4o": ("gpt-4o", "/v1", ("fresh", "read", "answered", "reasoned")),
    "anthropic/claude-sonnet-4-5": ("claude-sonnet-4-5", "", ("fresh", "read", "written", "answered")),
    "gemini/gemini-2.5-flash": ("gemini/gemini-2.5-flash", "/v1beta", ("fresh", "read", "answered", "reasoned")),
    "mistral/mistral-large-latest": ("mistral/mistral-large-latest", "/v1", ("fresh", "read", "answered", "reasoned")),
    "cohere_chat/command-a-03-2025": ("command-a-03-2025", "/v2/chat", ("fresh", "answered")),
}
"""By model: its name in LiteLLM's map of prices, where the server answers for it, and which tokens that bills."""
_KEYS = {
    "fresh": ("input_cost_per_token",),
    "read": ("cache_read_input_token_cost", "input_cost_per_token"),
    "written": ("cache_creation_input_token_cost", "input_cost_per_token"),
    "answered": ("output_cost_per_token",),
    "reasoned": ("output_cost_per_reasoning_token", "output_cost_per_token"),
}


async def prices(root: str, calls: int = 100) -> dict[str, dict[str, str | int]]:
    """What was booked for calls whose tokens are known, and price times tokens in exact decimals."""
    from loopback_server import tokens_of

    from tool_sandbox.llm.transports.through_litellm.transport import load_litellm
    from tool_sandbox.roles.litellm_agent import LiteLLMAgent

    listing, compared = load_litellm().model_cost, {}
    names = {each["function"]["name"] for each in TOOLS}
    answered = 0
    for model, (listed, path, kinds) in PRICED.items():
        role = LiteLLMAgent(model, api_base=f"{root}/priced{path}", api_key="x")
        for _ in range(calls):
            await role._amake_llm_call(MESSAGES, TOOLS, names)  # noqa: SLF001  (a turn's one call)
        role.teardown()
        numbers = range(answered + 1, answered + calls + 1)
        tokens = {kind: sum(tokens_of(number)[kind] for number in numbers) for kind in kinds}
        each = {kind: next(filter(None, map(listing[listed].get, _KEYS[kind]))) for kind in kinds}
        owed = sum(Decimal(str(each[kind])) * tokens[kind] for kind in kinds)
        compared[model] = {"calls": calls, "tokens": sum(tokens.values()), "owed": str(owed)}
        compared[model]["booked"] = str(role.tally.spending.cost.known)
        answered += calls
    return compared


async def measure(name: str, root: str, seconds: float) -> dict[str, Any]:
    cpu = time.process_time()
    ask, close = CLIENTS[name](f"{root}/ok")
    for _ in range(WARM_UP):
        if await ask() != 1:
            msg = f"{name} did not see the tool call"
            raise RuntimeError(msg)
    result: dict[str, Any] = {"start_cpu_s": time.process_time() - cpu, "start_mb": peak_memory()}
    for width, most in CONCURRENCIES.items():
        result[str(width)] = await in_flight(ask, width, most, seconds)
    await close()
    ask, close = CLIENTS[name](f"{root}/faulty")
    result["faulty"] = await in_flight(ask, FAULTY_IN_FLIGHT, FAULTY_CALLS, 3 * seconds)
    await close()
    result["peak_mb"] = peak_memory()
    return result


def peak_memory() -> float:
    """Megabytes this process held at most."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    name, root, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    if name == "fallback":
        result: Any = asyncio.run(fallback(root, seconds))
    elif name == "prices":
        result = asyncio.run(prices(root))
    elif name == "cache":
        result = asyncio.run(cache_hits(root, seconds, sys.argv[4]))
    else:
        result = asyncio.run(measure(name, root, seconds))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
