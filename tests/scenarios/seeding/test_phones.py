from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.common.validators import validate_phone_number
from tool_sandbox.scenarios.seeding.phones import other_phones

NUMBERS = {
    "+12065550139": r"\+1\d{3}55501\d\d",
    "+447700900112": r"\+447700900\d{3}",
    "+61491570156": r"\+61491\d{6}",
    "+353209110014": r"\+3532091\d{5}",
    "+46701740612": r"\+467017406\d\d",
    "+33639980112": r"\+3363998\d{4}",
}
seeds = st.integers(1, 10_000)


@given(seeds, st.sampled_from(sorted(NUMBERS)))
def test_a_number_becomes_another_one_that_is_reserved_for_fiction(seed: int, number: str) -> None:
    other = other_phones(seed, number)
    assert other != number
    assert re.fullmatch(NUMBERS[number], other)
    validate_phone_number(other)


@given(seeds)
def test_numbers_that_differ_still_differ(seed: int) -> None:
    numbers = [f"+120655501{end:02d}" for end in range(100)]
    others = [other_phones(seed, number) for number in numbers]
    assert len(set(others)) == len(numbers)
    assert not set(others) & set(numbers)


@given(seeds)
def test_every_way_to_write_a_number_is_followed(seed: int) -> None:
    written = ["+12065550139", "(206) 555-0139", "+1 206-555-0139", "206 555 0139", "1 206.555.0139", "555-0139"]
    other = other_phones(seed, written[0])
    digits = [re.sub(r"\D", "", other_phones(seed, one)) for one in written]
    assert all(other.endswith(one) for one in digits)
    for one in written:
        assert re.sub(r"\d", "0", other_phones(seed, one)) == re.sub(r"\d", "0", one)
    assert other_phones(seed, "the one ending in 0139") == f"the one ending in {other[-4:]}"


@given(seeds)
def test_national_forms_are_followed(seed: int) -> None:
    other = other_phones(seed, "+46701740612")
    assert other_phones(seed, "070-174 06 12") == f"070-174 06 {other[-2:]}"
    other = other_phones(seed, "+447700900112")
    assert other_phones(seed, "07700 900112, +44 (0)7700 900 112") == (
        f"07700 900{other[-3:]}, +44 (0)7700 900 {other[-3:]}"
    )


@given(seeds)
def test_numbers_that_are_spelt_in_part_are_followed(seed: int) -> None:
    text = "zero six 39 98 01 21, that is +33639980121"
    spelt, written = other_phones(seed, text).split(", that is ")
    assert spelt != "zero six 39 98 01 21"
    assert spelt.removeprefix("zero six ").replace(" ", "") == written.removeprefix("+336")


@pytest.mark.parametrize(
    "text",
    ["+46855501234", "+31 20 555 0198", "2026-03-02 09:00", "at 5:30 on 555 Main St", "120655501390", "+4670174", ""],
)
def test_what_is_no_number_of_fiction_stays(text: str) -> None:
    assert other_phones(7, text) == text
