"""What a provider's words mean: which change of what is known of a model, or that a person has to do something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from tool_sandbox.llm.chat import ChatRequest
from tool_sandbox.llm.providers import provider_name
from tool_sandbox.llm.transports.negotiation.limits import lower_limits
from tool_sandbox.llm.transports.negotiation.parameters import refused_parameter, wanted_parameters
from tool_sandbox.llm.transports.negotiation.profile import ECHOED, Profile


@frozen(kw_only=True)
class Refusal:
    """A request that was refused."""

    text: str
    """What the provider said."""
    request: ChatRequest
    """The request as it was sent."""
    profile: Profile
    """The profile under which it was sent."""
    limit_is_ours: bool = True
    """Whether the token limit is a default of ours, which may be lowered."""


def answers_to(refusal: Refusal) -> Iterator[Profile]:
    """The profiles under which the request may be taken, the likeliest first."""
    yield from _parameters(refusal)
    for words, ways in _ADAPTATIONS:
        if words.search(refusal.text):
            yield from (evolve(refusal.profile, **way) for way in ways)
    yield from _fields(refusal)
    if refusal.limit_is_ours:
        yield from lower_limits(refusal.text, refusal.request, refusal.profile)


def advice_for(text: str) -> str | None:
    """What a person has to change so that the server can do what is needed; ``None`` when that is not the trouble.

    Texts of vLLM, llama.cpp, Ollama and OpenRouter (2026-09).
    """
    return next((advice for words, advice in _ADVICE.items() if re.search(words, text, re.IGNORECASE)), None)


def _parameters(refusal: Refusal) -> Iterator[Profile]:
    profile, params = refusal.profile, refusal.request.params
    if re.search(r"\bv1/responses\b", refusal.text) and provider_name(refusal.request.model) in {"openai", "azure"}:
        yield evolve(profile, responses_endpoint=True)
    for change in wanted_parameters(refusal.text, params):
        yield evolve(profile, changes=(*profile.changes, change))
    if change_ := refused_parameter(refusal.text, params):
        yield evolve(profile, changes=(*profile.changes, change_))


def _when(words: str, *ways: Mapping[str, Any]) -> tuple[re.Pattern[str], tuple[Mapping[str, Any], ...]]:
    """Words of refusals, and the fields of a profile that may suit instead, the likeliest first."""
    return re.compile(words, re.IGNORECASE), ways


_STRICT = {"one_system": True, "user_first": True, "alternating": True, "answer_after_results": True}
_ADAPTATIONS = (
    # Qwen 3.5 and 3.6 behind vLLM and llama.cpp, MiniMax, MLC (2026-06)
    _when(
        r"system messages? (?:must|should|can only|has to|is only allowed)\b.*\b(?:begin|first|start)|"
        r"(?:only one|multiple|more than one|single) system (?:message|prompt)|unexpected role '?system'? after",
        {"one_system": True},
    ),
    # Gemma, Mistral 7B, o1-mini, Gemini's image models (2026-04)
    _when(
        r"system role (?:is )?not supported|developer instruction is not enabled|"
        r"(?:does not|doesn't) support (?:the )?'?(?:system|developer)'? ?(?:role|message|prompt|instruction|with)|"
        r"role '?system'? is not (?:supported|allowed)|system messages? (?:is|are) not supported|"
        r"unexpected role '?system'?(?! after)|only user and assistant roles",
        {"one_system": True, "system_told_by_user": True},
    ),
    # Mistral's models behind vLLM, NIM, Ollama and Docker; Bedrock's Converse (2026-09)
    _when(r"unexpected role '?user'? after role '?tool", {"answer_after_results": True}),
    _when(
        r"roles? must alternate|must alternate between|alternating (?:user|roles)|"
        r"consecutive (?:user|assistant)|unexpected role '?(?:user|assistant)'? after role|roles should alternate",
        _STRICT,
        {**_STRICT, "system_told_by_user": True},  # Gemma's and Mistral's older templates say no more than that
    ),
    _when(
        r"first (?:non-system )?message must (?:be|have|use|come)\b.*user|must (?:start|begin) with a user|"
        r"(?:start|begin)s? with (?:a |the )?'?user|no user query found",
        {"user_first": True},
    ),
    # Llama 3's template, NIM, llama.cpp (2026-02)
    _when(
        r"single tool.?calls? at once|(?:only|at most) (?:one|1|a single) (?:tool|function).?call|"
        r"(?:multiple|parallel) (?:tool|function).?calls? (?:is|are) not (?:supported|allowed)|"
        r"(?:does not|doesn't) support (?:multiple|parallel) (?:tool|function)",
        {"one_call": True},
    ),
    # DeepSeek's V4 and Moonshot's Kimi while they think (2026-04)
    _when(
        r"reasoning_content\W.{0,80}(?:passed back|missing|required|must be (?:provided|present))|"
        r"(?:missing|without|pass back|requires?).{0,60}reasoning_content",
        {"thoughts_on_every_turn": True},
    ),
    # Claude while it thinks, at Anthropic, Bedrock and Vertex (2026-09)
    _when(
        r"expected `?thinking`?.{0,40}but found|must start with a thinking block",
        {"thinks_after_own_calls_only": True},
    ),
    _when(
        r"signature.{0,40}thinking|thinking.{0,40}signature",
        {"refused_fields": frozenset({"thinking_blocks"}), "thinks_after_own_calls_only": True},
    ),
    # Mistral (nine letters), OpenAI (40 characters), Anthropic (a pattern)
    _when(
        r"tool.?call.?id\b.{0,60}\bmust|length of 9|"
        r"tool_calls\[?\W?\d+\W{0,2}\.id\W.{0,60}(?:too long|invalid|pattern)|"
        r"(?:tool_use|tool_call)(?:_id)?\.id\W|tool_(?:call|use)_id\W.{0,60}(?:too long|invalid|pattern|length)",
        {"ids_of_nine": True},
    ),
    # xAI, and servers with strict schemas
    _when(
        r"can have a name|(?:role:tool|tool message|messages?\W).{0,80}['\"`.]name\b.{0,60}"
        r"(?:unsupported|not permitted|not allowed|unexpected|unknown|extra)|"
        r"(?:unsupported|not permitted|not allowed|unexpected|unknown|extra).{0,80}messages\W.{0,40}\bname\b",
        {"nameless_results": True},
    ),
    # Templates that add None to text; servers whose schema wants a text
    _when(
        r"content\b.{0,80}(?:null|none\b|nonetype|empty|required|missing|valid str|a string|at least 1|blank)|"
        r"(?:missing|expected|invalid|null|none|non-empty).{0,40}\bcontent\b|nonetype|\bnull\b.{0,40}content|"
        r"expected a string, got null|too_short",
        *({"beside_calls": wanted} for wanted in ("empty", "absent", "words", "null")),
    ),
)


def _fields(refusal: Refusal) -> Iterator[Profile]:
    """Without the fields of messages that are refused as unknown."""
    if not re.search(r"(?i)unsupported|not supported|not permitted|not allowed|unknown|unexpected|extra", refusal.text):
        return
    named = {name for name in ECHOED if re.search(rf"(?<!\w){name}(?!\w)", refusal.text)}
    if named:
        yield evolve(refusal.profile, refused_fields=refusal.profile.refused_fields | named)


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
