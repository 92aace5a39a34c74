"""A simulated user that speaks as the assistant: it offers help, or claims to have done what the phone does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tool_sandbox.evaluation.facts.clauses import Sentence, sentences_of
from tool_sandbox.evaluation.facts.mentions.normalisation import normalised
from tool_sandbox.evaluation.facts.tokens import tokens_of

_WORK = (
    "send|text|message|set|add|create|turn|switch|enable|disable|delete|remove|update|save|schedule|look|find|search"
    "|check|convert|calculate|modify"
)
_DONE = (
    "sent|set|added|created|turned|switched|enabled|disabled|deleted|removed|updated|saved|scheduled|modified|found"
    "|converted|calculated|looked up"
)
_THING = (
    "message|text|reminder|contact|wi fi|wireless|cellular(?: service)?|location(?: services?)?"
    "|(?:low )?(?:battery|power)(?: saving)? mode|phone number"
)
_HELP = re.compile(
    r"\bhow (?:can|may|could) i (?:help|assist|be of)\b|\bwhat can i (?:help|assist|do for) "
    r"|\b(?:can|may|could) i (?:help|assist) you\b"
    r"|\banything else (?:that )?i (?:can|could|may) (?:help|assist|do for you)"
    r"|\bif you (?:ever )?need (?:any |further |more |additional |my )*(?:help|assistance)\b"
    r"|\bi (?:am|will be|would be) (?:always |just |more than )?(?:happy|glad|here|ready) to (?:help|assist)\b"
    r"|\bglad i could (?:help|assist)\b|\bfeel free to (?:ask|reach out)\b"
    r"|\bas (?:an ai|a language model|your (?:\w+ )?assistant)\b|\bi am (?:an ai|(?:your|a|an) (?:\w+ )?assistant)\b"
    rf"|\bi (?:will|am going to|can|could) (?:now |just |quickly |go ahead and )*(?:{_WORK})\b.* for you\b"
    rf"|\blet me (?:now |just |quickly |go ahead and )*(?:{_WORK})\b.* for you\b"
    rf"|\b(?:would you like|do you want|want) me to (?!(?:send|text|message|tell|give) you\b)(?:{_WORK})\b"
)
_CLAIM = re.compile(
    rf"(?:^|\b(?:and|ok|okay|sure|done|yes|so|great|all right|alright) )i (?:have )(?:just |now |successfully "
    rf"|gone ahead and |also )*(?:{_DONE}) (?:\w+ ){{0,3}}?(?:{_THING})\b"
    rf"|^i have (?:just |now |successfully )*(?:{_DONE}) .* (?:to|in|from|on) your (?:contacts?|reminders?|phone)\b"
    r"|^i have (?:just |now )?(?:looked up|converted|calculated) "
    r"|^i have (?:just |now )?(?:texted|messaged) \w+(?: \w+)?(?: and\b| that\b|$)"
    r"|\bi (?:have )?(?:just |now )*(?:turned|switched|put) (?:(?:it|them|that|those|both)|(?:the |my |your )?"
    rf"(?:{_THING})) (?:back )?(?:on|off)\b"
    r"|\bi (?:have )?(?:just |now )*(?:turned|switched) (?:back )?(?:on|off) (?:it|them|that|(?:the |my |your )?"
    rf"(?:{_THING}))\b"
    rf"|\bi (?:have )?(?:just |now )*(?:enabled|disabled) (?:it|them|that|(?:the |my |your )?(?:{_THING}))\b"
    rf"|\byour (?:\w+ ){{0,3}}?(?:{_THING})\b.{{0,40}}\b(?:has|have) (?:now |just |successfully )?been "
    r"(?:\w+ly )?\w+(?:ed|nt|et|ut|ff|on)\b"
)
_EARLIER = re.compile(
    r"\b(?:already|twice|yesterday|ago|earlier|before|last|this morning|accident\w*|mistake|because|when|once|myself"
    r"|thought|years?|weeks?|months?|but)\b"
)
"""What somebody did on another day, or tells to explain something, is no claim of having done the phone's work."""
_BOTH_PARTS = re.compile(r"^\W{0,3}(?:assistant|agent)\W{0,3}:", re.IGNORECASE | re.MULTILINE)
_TOLD_OF_DEEDS = re.compile(
    rf"\byou (?:have |had |just |already )*(?:{_DONE}|texted|messaged|wrote|written)\b", re.IGNORECASE
)
_LONGEST = 80


def words_of_the_assistant(text: str, task: str = "") -> Iterator[str]:
    """The sentences in which a user speaks as the assistant, as they are written.

    Args:
        text: What the user says.
        task: What the user is told of itself; one that has done something may say so.
    """
    plain = normalised(text)
    if _BOTH_PARTS.search(plain.text):
        yield _shortened(text)
        return
    may_claim = _TOLD_OF_DEEDS.search(task) is not None
    for sentence in sentences_of(tokens_of(plain.text), len(plain.text)):
        if _HELP.search(sentence.plain) or (not may_claim and _claims(sentence)):
            yield _shortened(plain.text[sentence.start : sentence.end].strip())


def _claims(sentence: Sentence) -> bool:
    return bool(not sentence.asks and _CLAIM.search(sentence.plain) and not _EARLIER.search(sentence.plain))


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
