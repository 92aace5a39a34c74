"""What a milestone counts for beside the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.evaluation.credit import Credit, Kind
from tool_sandbox.evaluation.matching.graph import MilestoneGraph

D, L, W, A = Kind.DEED, Kind.LOOK_UP, Kind.WORDS, Kind.ATTEMPT


def credits_of(kinds: str, own: list[float], edges: list[tuple[int, int]] | None = None) -> list[float]:
    """Credits of milestones in a chain, unless edges say otherwise."""
    letters = {"D": D, "L": L, "W": W, "A": A}
    chain = [(node, node + 1) for node in range(len(own) - 1)] if edges is None else edges
    counted = Credit(tuple(letters[each] for each in kinds)).of(
        dict(enumerate(own)), MilestoneGraph(range(len(own)), chain)
    )
    return [counted[node] for node in range(len(own))]


@pytest.mark.parametrize(
    ("kinds", "own", "counted"),
    [
        ("DW", [1, 1], [1, 1]),
        ("DW", [0, 1], [0, 0]),  # a report of what was not done
        ("DW", [0.5, 1], [0.5, 0.5]),
        ("DDW", [1, 0, 1], [1, 0, 0]),  # what was done counts, the report of all does not
        ("DW", [1, 0], [1, 0]),
        ("LDW", [1, 0, 1], [0, 0, 0]),  # a look-up that led to nothing
        ("LDW", [1, 1, 0], [1, 1, 0]),
        ("LDW", [0, 1, 1], [0, 1, 0]),  # the answer needed it
        ("LW", [1, 0], [1, 0]),  # where reading is the work, it counts by itself
        ("LW", [0, 1], [0, 0]),
        ("LWLW", [1, 1, 0, 1], [1, 1, 0, 0]),
        ("WDW", [1, 0, 1], [1, 0, 0]),  # a question asked first is no report
        ("AW", [0, 1], [0, 1]),
        ("DL", [1, 1], [1, 1]),  # nothing comes after it that it could be needed for
    ],
)
def test_words_are_worth_what_was_done_and_a_look_up_what_came_of_it(
    kinds: str, own: list[float], counted: list[float]
) -> None:
    assert credits_of(kinds, own) == counted


def test_only_what_comes_before_in_every_order_caps_words() -> None:
    two_branches = [(0, 2), (1, 3)]
    assert credits_of("DDWW", [0, 1, 1, 1], two_branches) == [0, 1, 0, 1]


@given(st.lists(st.tuples(st.sampled_from("DLWA"), st.floats(0, 1)), min_size=1, max_size=8), st.data())
def test_credit_never_exceeds_what_was_met_and_a_perfect_sample_keeps_everything(
    nodes: list[tuple[str, float]], data: st.DataObject
) -> None:
    pairs = [(one, other) for other in range(len(nodes)) for one in range(other)]
    edges = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    kinds = "".join(kind for kind, _ in nodes)
    own = [similarity for _, similarity in nodes]
    assert all(0 <= counted <= met for counted, met in zip(credits_of(kinds, own, edges), own, strict=True))
    assert credits_of(kinds, [1.0] * len(nodes), edges) == [1.0] * len(nodes)
