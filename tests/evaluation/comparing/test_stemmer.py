"""The stemmer against NLTK's."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.evaluation.comparing.stemmer import stem

SUFFIXES = [
    "ational",
    "tional",
    "enci",
    "anci",
    "izer",
    "bli",
    "alli",
    "entli",
    "eli",
    "ousli",
    "ization",
    "ation",
    "ator",
    "alism",
    "iveness",
    "fulness",
    "ousness",
    "aliti",
    "iviti",
    "biliti",
    "fulli",
    "logi",
    "icate",
    "ative",
    "alize",
    "iciti",
    "ical",
    "ful",
    "ness",
    "al",
    "ance",
    "ence",
    "er",
    "ic",
    "able",
    "ible",
    "ant",
    "ement",
    "ment",
    "ent",
    "ion",
    "sion",
    "tion",
    "ou",
    "ism",
    "ate",
    "iti",
    "ous",
    "ive",
    "ize",
    "y",
    "ies",
    "ied",
    "eed",
    "ed",
    "ing",
    "s",
    "ss",
    "sses",
    "e",
    "ll",
    "ly",
    "ying",
]
IRREGULAR = [
    "sky",
    "skies",
    "dying",
    "lying",
    "tying",
    "news",
    "innings",
    "outing",
    "outings",
    "canning",
    "cannings",
    "howe",
    "proceed",
    "exceed",
    "succeed",
]


@cache
def nltk_stemmer() -> Any:
    from nltk.stem.porter import PorterStemmer

    return PorterStemmer()


@given(st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True), st.lists(st.sampled_from(SUFFIXES), max_size=3))
def test_random_words_are_stemmed_like_nltk(start: str, suffixes: list[str]) -> None:
    word = start + "".join(suffixes)
    assert stem(word) == nltk_stemmer().stem(word)


def test_thousands_of_built_words_are_stemmed_like_nltk() -> None:
    source = random.Random(0)
    for _ in range(20000):
        start = "".join(source.choices("abcdefghilmnoprstuvxyz", weights=None, k=source.randint(0, 6)))
        word = start + source.choice(SUFFIXES) + source.choice(["", "", *SUFFIXES])
        assert stem(word) == nltk_stemmer().stem(word), word


def test_irregular_and_short_words_are_stemmed_like_nltk() -> None:
    for word in [*IRREGULAR, "a", "by", "is", "yes", "yy", "yyy", "sayy", "10", "00000s"]:
        assert stem(word) == nltk_stemmer().stem(word), word
