from __future__ import annotations

import random
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tool_sandbox.common.folder_names import LONGEST, folder_name

# Little variety, so that names come out alike: case, forms of one letter, odd characters, endings, devices, lengths.
PIECES = (
    "a",
    "A",
    "é",
    "e\u0301",
    "ß",
    "\u017f",
    "ss",
    " ",
    "/",
    ".",
    "-",
    ":",
    "\n",
    "con",
    "_",
    "日本",
    "\ud800",
    "😀",
    "x" * 90,
)
NAMES = st.lists(st.sampled_from(PIECES), max_size=6).map("".join) | st.text(max_size=300)


def one_in_a_file_system(folder: str) -> str:
    """What is left of a name where neither case nor the form of letters makes a difference."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", folder).casefold()).upper()


@given(st.lists(NAMES, unique=True, max_size=40), st.randoms(use_true_random=False))
def test_distinct_names_have_distinct_folders_in_any_order(names: list[str], order: random.Random) -> None:
    folders = {name: folder_name(name) for name in names}
    assert len({one_in_a_file_system(folder) for folder in folders.values()}) == len(names)

    order.shuffle(names)
    assert {name: folder_name(name) for name in names} == folders


@given(NAMES)
@example("con.a")
def test_a_folder_can_be_made_on_every_file_system(name: str) -> None:
    folder = folder_name(name)
    assert 0 < len(folder.encode()) <= LONGEST
    assert not set('<>:"/\\|?* \n\r\t\0') & set(folder)
    assert not folder.startswith(".")
    assert not folder.endswith(".")
    assert folder.split(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


@given(NAMES)
def test_the_folder_of_a_folders_name_is_another_one_unless_it_is_the_name_itself(name: str) -> None:
    folder = folder_name(name)
    assert folder == name or folder_name(folder) != folder


@pytest.mark.parametrize("name", ["remind_me", "a" * 255, "é" * 127, "日本語", "v1.2+x=y@z", "trial_1", "console"])
def test_a_name_that_can_be_held_is_kept_whole(tmp_path: Path, name: str) -> None:
    assert folder_name(name) == name
    (tmp_path / name).mkdir()


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("a" * 256, "a" * 242 + "-"),
        ("日" * 100, "日" * 80 + "-"),
        ("Turn Wifi off?", "Turn-Wifi-off-"),
        ("WIFI", "WIFI-"),
        ("nul", "_nul-"),
        ("com1.txt", "_com1.txt-"),
        ("..", "unnamed-"),
        ("trailing.", "trailing-"),
    ],
)
def test_a_name_that_cannot_be_held_is_told_apart_by_a_digest(tmp_path: Path, name: str, beginning: str) -> None:
    folder = folder_name(name)
    assert folder.startswith(beginning)
    assert len(folder) == len(beginning) + 12
    (tmp_path / folder).mkdir()


def test_a_name_with_an_odd_character_is_not_taken_for_the_one_without() -> None:
    assert folder_name(folder_name("a b")) != folder_name("a b")
