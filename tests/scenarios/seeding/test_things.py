from __future__ import annotations

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.scenarios.library import DATA
from tool_sandbox.scenarios.seeding.things import other_things, things

WRITTEN = "\n".join(file.read_text("utf-8") for file in sorted(DATA.glob("*.yaml"))).casefold()
WORDS = " ".join(["", *re.findall(r"\w+", WRITTEN), ""])
seeds = st.integers(1, 10_000)


def stands(form: str) -> bool:
    return f" {form} " in WORDS


@given(seeds)
def test_every_form_of_a_thing_becomes_that_of_the_same_other_one(seed: int) -> None:
    found = other_things(seed, "")
    for here, *others in things():
        assert tuple(found[form] for form in here) in others


def test_seeds_differ() -> None:
    worlds = [tuple(other_things(seed, "").values()) for seed in range(1, 10)]
    assert len(set(worlds)) == len(worlds)


def test_what_stands_in_a_text_already_takes_no_others_place() -> None:
    taken = {form for seed in range(1, 30) for form in other_things(seed, "My Tart, and the vacuum cleaner").values()}
    assert not {"tart", "tarts", "vacuum cleaner"} & taken
    assert {"pie", "pies", "dehumidifier"} <= taken


def test_the_bundled_suite_has_every_thing_and_none_that_may_take_its_place() -> None:
    assert [here for here, *_ in things() if not any(map(stands, here))] == []
    assert [form for _, *others in things() for forms in others for form in forms if stands(form)] == []


def test_no_form_belongs_to_two_things() -> None:
    counts = Counter(form for group in things() for form in {form for forms in group for form in forms})
    assert [form for form, count in counts.items() if count > 1] == []


def test_a_and_an_still_fit_before_a_thing() -> None:
    for here, *others in things():
        for position, form in enumerate(here):
            for article, fitting in (("a", "[^aeiou]"), ("an", "[aeiou]")):
                if stands(f"{article} {form}"):
                    assert all(re.match(fitting, forms[position]) for forms in others), (article, form)
