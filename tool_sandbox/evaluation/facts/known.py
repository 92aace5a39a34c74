"""What is known before an answer is read: the words of the user, of what is to be written, and everybody's names."""

from __future__ import annotations

import re
from functools import lru_cache

from tool_sandbox.evaluation.facts.mentions.normalisation import folded
from tool_sandbox.evaluation.facts.phrases import root
from tool_sandbox.evaluation.facts.states.settings import NAMES
from tool_sandbox.evaluation.facts.surroundings import Surroundings
from tool_sandbox.evaluation.facts.tokens import plain_words

Roots = frozenset[str]
_SENTENCES = re.compile(r"[.!?;\n]+")
_STAYS = re.compile(r"\b(?:stays?|remains?|still ha(?:s|ve) to|still needs?)\b")
_SHORT = 4
"""Words of what is asked for, which stand beside what the user says."""


@lru_cache(maxsize=1 << 8)
def heard_roots(surroundings: Surroundings) -> Roots:
    """The roots of what the user says and knows, and of the words of what is asked for."""
    return _roots(surroundings.heard)


@lru_cache(maxsize=1 << 8)
def treated_roots(surroundings: Surroundings) -> Roots:
    """The same, but for the sentences about what is to be left as it is: "The secateurs still have to be sharpened"."""
    sentences = (each for text in surroundings.heard for each in _SENTENCES.split(text))
    return _roots(tuple(each for each in sentences if not _STAYS.search(each)))


@lru_cache(maxsize=1 << 10)
def related_roots(said: Roots, surroundings: Surroundings) -> Roots:
    """The roots of the sentences of the user that speak of something that is said, or of all if none does."""
    sentences = [_roots((each,)) for text in surroundings.heard for each in _SENTENCES.split(text)]
    if not any(len(each) > _SHORT and each & said for each in sentences):
        return heard_roots(surroundings)
    return frozenset().union(*(each for each in sentences if len(each) <= _SHORT or each & said))


@lru_cache(maxsize=1 << 8)
def written_roots(surroundings: Surroundings) -> Roots:
    """The roots of the words of what the agent has to write."""
    return _roots(surroundings.written)


@lru_cache(maxsize=1 << 8)
def name_roots(surroundings: Surroundings) -> Roots:
    """The roots of everybody's names, and of what they are to the user."""
    known = (*surroundings.people, *(relationship for _, relationship in surroundings.relationships))
    return frozenset(root(word) for name in known for word in folded(name).split())


@lru_cache(maxsize=1)
def switch_roots() -> Roots:
    """The roots of what the switches of a phone are called."""
    return frozenset(root(word) for names in NAMES.values() for name in names for word in name.split())


def _roots(texts: tuple[str, ...]) -> Roots:
    return frozenset(root(word) for text in texts for word in plain_words(text))
