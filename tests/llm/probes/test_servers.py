from __future__ import annotations

import pytest

from tool_sandbox.llm.probes.servers import Server, how_to_serve_tools, own_base

BASE = "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("software", "model", "flags"),
    [
        ("vLLM", "hosted_vllm/Qwen/Qwen3-8B", "--enable-auto-tool-choice --tool-call-parser hermes"),
        ("vLLM", "hosted_vllm/Qwen/Qwen3-Coder-30B", "--tool-call-parser qwen3_coder"),
        ("vLLM", "direct:meta-llama/Llama-3.3-70B-Instruct", "--tool-call-parser llama3_json"),
        ("vLLM", "hosted_vllm/openai/gpt-oss-20b", "--tool-call-parser openai"),
        ("vLLM", "hosted_vllm/mine", "--tool-call-parser NAME"),
        ("SGLang", "openai/deepseek-ai/DeepSeek-V3.1", "start SGLang with --tool-call-parser deepseekv31"),
        ("llama.cpp", "openai/mine", "start llama-server with --jinja"),
        ("Ollama", "ollama_chat/llama3.2", "'ollama show' lists the capability tools"),
        (None, "direct:Qwen/Qwen3-8B", "vLLM with --enable-auto-tool-choice --tool-call-parser hermes; SGLang with"),
    ],
)
def test_each_kind_of_server_is_started_in_its_own_way_and_for_its_model(
    software: str | None, model: str, flags: str
) -> None:
    server = Server(base=BASE, software=software)

    assert flags in how_to_serve_tools(server, model)
    assert "--tool-format" in how_to_serve_tools(server, model)


@pytest.mark.parametrize(
    ("model", "base", "is_own"),
    [
        ("openai/gpt-4o", None, False),
        ("openai/gpt-4o", "https://api.openai.com/v1", False),
        ("openai/gpt-4o", "https://openai.com.example/v1", True),
        ("openai/mine", BASE, True),
        ("hosted_vllm/mine", BASE, True),
        ("direct:mine", BASE, True),
        ("anthropic/claude-sonnet-4-5", "http://127.0.0.1:8000", False),
        ("nobody-knows", BASE, False),
    ],
)
def test_a_server_of_ones_own_speaks_the_format_of_openai(model: str, base: str | None, is_own: bool) -> None:
    assert own_base(model, {"api_base": base}) == (base if is_own else None)


def test_of_a_long_list_of_models_the_first_are_named() -> None:
    server = Server(base=BASE, models=tuple(f"m{number}" for number in range(9)))

    assert server.listing == "'m0', 'm1', 'm2', 'm3', 'm4', 'm5' and 3 more"
    assert server.serves("m8")
    assert not server.serves("m9")


def test_a_model_of_ollama_is_known_without_its_tag() -> None:
    assert Server(base=BASE, models=("llama3.2:latest",)).serves("llama3.2")
