"""Servers that cannot do what is needed: what they say, and what to do about it."""

from __future__ import annotations

import re

_IN_THE_PROMPT = "or describe the tools in the prompt with --tool-format json."
_ADVICE = {
    r"enable-auto-tool-choice|tool-call-parser": (
        f"Start vLLM with --enable-auto-tool-choice and the model's --tool-call-parser, {_IN_THE_PROMPT}"
    ),
    r"requires? --jinja|unsupported param: tools|--jinja flag": f"Start llama-server with --jinja, {_IN_THE_PROMPT}",
    r"does(?: not|n't) support (?:the use of )?(?:tools?|function|tool use)\b|"
    r"tools? (?:is|are) not supported|no endpoints found that support tool use|tool use is not supported|"
    r"(?:tool|function) calling is not (?:supported|enabled)|only user and assistant roles are supported|"
    r"(?:unexpected|invalid|unknown|unsupported) role:? \\*['\"`]?(?:RoleEnum\.)?tool\b(?!.{0,3} after)": (
        f"Serve the model with a template and a parser for tools, {_IN_THE_PROMPT}"
    ),
}
"""What servers say, and what then helps."""


def advice_for(text: str) -> str | None:
    """What a person has to change so that the server can do what is needed; ``None`` when that is not the trouble.

    Texts of vLLM, llama.cpp, Ollama and OpenRouter (2026-09).
    """
    return next((advice for words, advice in _ADVICE.items() if re.search(words, text, re.IGNORECASE)), None)
