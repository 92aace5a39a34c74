"""Take a model's thoughts out of its text: they are not said to anybody.

A server with the right reasoning parser keeps them apart. Without one they stand in the text between markers, and where
the prompt already ended in the opening one, or the token limit came first, only one of the two is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import field, frozen


@frozen
class Spoken:
    """A model's text without its thoughts."""

    text: str
    thoughts: str | None = None


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


@frozen
class _Marks:
    """What stands around thoughts."""

    opening: re.Pattern[str] = field(converter=_pattern)
    closing: re.Pattern[str] = field(converter=_pattern)
    alone: bool = True
    """The closing mark is used for nothing else, and so means thoughts without the opening one, too."""


_WORDS = r"(?:think(?:ing)?|thoughts?|reason(?:ing)?|scratchpad|(?:seed|mm|antml):think(?:ing)?|longcat_think)"
_MARKS = (
    _Marks(rf"<{_WORDS}>", rf"</{_WORDS}>"),  # DeepSeek, Qwen, GLM, MiniMax, Seed-OSS and most others
    _Marks(r"\[THINK\]", r"\[/THINK\]"),  # Magistral
    _Marks("◁think▷", "◁/think▷"),  # Kimi
    _Marks(r"<\|START_THINKING\|>", r"<\|END_THINKING\|>"),  # Cohere
    _Marks(r"<\|begin_of_thought\|>", r"<\|end_of_thought\|>"),  # OpenThinker, Sky-T1
    _Marks(r"<\|inner_prefix\|>", r"<\|inner_suffix\|>"),  # Apertus
    _Marks("<unused94>(?:thought)?", "<unused95>"),  # MedGemma
    _Marks(  # gpt-oss: what is not for the analysis channel is for others to read
        r"(?:<\|start\|>assistant)?<\|channel\|>analysis(?:(?!<\|channel\|>).)*?<\|message\|>",
        r"<\|end\|>|(?=<\|start\|>|<\|channel\|>)",
        alone=False,
    ),
    _Marks(  # the same by a server that leaves the marks out
        r"analysis(?=[A-Z][\s\S]*assistant(?:final|commentary))",
        r"assistant(?=final|commentary)",
        alone=False,
    ),
    _Marks(  # Granite
        r"Here(?:'s| is) my thought process:(?=[\s\S]*Here(?:'s| is) my response:)",
        r"Here(?:'s| is) my response:",
        alone=False,
    ),
)
_ANY_MARK = _pattern(r"[<\[◁]|assistant|here(?:'s| is) my")
"""Without it a text holds none of the marks, and nothing around an answer."""
_AROUND_ANSWERS = re.compile(
    r"^\s*(?:(?:<\|start\|>(?:assistant)?)?<\|channel\|>(?:final|commentary(?!\s+to=))(?:(?!<\|channel\|>).)*?<\|message\|>|final(?=[A-Z]))"
    r"|<\|(?:end|return|begin_of_solution|end_of_solution|START_RESPONSE|END_RESPONSE|START_TEXT|END_TEXT)\|>\s*"
)
"""What some of the same models write around an answer."""
_FENCE = re.compile(r"```|^[ \t]*~~~", re.MULTILINE)
_MARKUP = ("<", "[", "◁")
_ENDS_OF_SENTENCES = ".!?…:)"
_QUOTES = "`\"'“”’«»"


def without_thoughts(text: str) -> Spoken:
    """A text without the thoughts in it.

    Thoughts are what stands between marks at the beginning, or on lines of their own later; all up to a closing mark
    that was never opened; and all behind an opening one that is never closed, if nothing came before it. Marks within a
    sentence, in code or in quotation marks are talked about and stay.

    Args:
        text: What the model wrote, in any of the forms of the table above.
    """
    if not _ANY_MARK.search(text):
        return Spoken(text)
    thoughts: list[str] = []
    rest = text
    while (shorter := _shorter(rest, thoughts)) != rest:
        rest = shorter
    return Spoken(rest, _joined(thoughts))


def is_quoted(match: re.Match[str], text: str) -> bool:
    """Whether a mark stands in quotation marks or in a span of code within a line."""
    line = _line_before(match, text)
    after = text[match.end() : match.end() + 1]
    if line and after and line[-1] in _QUOTES and after in _QUOTES:
        return True
    return line.replace("```", "").count("`") % 2 == 1


def _shorter(text: str, thoughts: list[str]) -> str:
    """The text without the next thoughts, which are added to the others."""
    if taken := _leading(text):
        thoughts.append(taken[0])
        return taken[1].lstrip()
    rest = _without_later(text, thoughts)
    return _AROUND_ANSWERS.sub("", rest).lstrip() if thoughts or rest.lstrip().startswith("<|") else rest


def _leading(text: str) -> tuple[str, str] | None:
    """Thoughts at the beginning, and what follows them: nothing where they were cut off before their end."""
    start = len(text) - len(text.lstrip())
    for marks in _MARKS:
        if opening := marks.opening.match(text, start):
            closing = next(_real(marks.closing, text, opening.end()), None) or marks.closing.search(text, opening.end())
            if closing is None:
                return text[opening.end() :], ""
            return text[opening.end() : closing.start()], text[closing.end() :]
    return _unopened(text)


def _unopened(text: str) -> tuple[str, str] | None:
    for marks in _MARKS:
        closing = next(_real(marks.closing, text), None) if marks.alone else None
        if closing is not None and not marks.opening.search(text, 0, closing.start()):
            return text[: closing.start()], text[closing.end() :]
    return None


def _without_later(text: str, thoughts: list[str]) -> str:
    """The text without blocks of thoughts that begin on a line of their own."""
    for marks in _MARKS:
        position = 0
        while opening := next(_real(marks.opening, text, position), None):
            closing = next(_real(marks.closing, text, opening.end()), None)
            if closing is None:
                break
            position = opening.end()
            if text[: opening.start()].rpartition("\n")[2].strip() == "" and "\n" in text[: opening.start()]:
                thoughts.append(text[opening.end() : closing.start()])
                text = text[: opening.start()].rstrip() + "\n\n" + text[closing.end() :].lstrip()
                position = opening.start()
    return text


def _real(mark: re.Pattern[str], text: str, position: int = 0) -> Iterator[re.Match[str]]:
    """The places of a mark where it is meant, not mentioned."""
    return (match for match in mark.finditer(text, position) if not _mentioned(match, text, position))


def _mentioned(match: re.Match[str], text: str, position: int) -> bool:
    """Whether a mark is in quotation marks, in code, or a word of a sentence."""
    if is_quoted(match, text) or len(_FENCE.findall(text, position, match.start())) % 2 == 1:
        return True
    line, after = _line_before(match, text), text[match.end() : match.end() + 1]
    a_word = line.endswith(" ") and after == " " and line.rstrip()[-1:] not in ("", *_ENDS_OF_SENTENCES)
    return a_word and match[0][:1] in _MARKUP


def _line_before(match: re.Match[str], text: str) -> str:
    """The part of a mark's line in front of it."""
    return text[text.rfind("\n", 0, match.start()) + 1 : match.start()]


def _joined(thoughts: list[str]) -> str | None:
    return "\n\n".join(thought.strip() for thought in thoughts if thought.strip()) or None
