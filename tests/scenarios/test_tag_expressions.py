"""Conditions on tags and categories."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.tag_expressions import TagExpression

KNOWN = {"smoke", "slow", "coreference", "two words"}


@pytest.mark.parametrize(
    ("text", "labels", "holds"),
    [
        ("smoke", {"smoke"}, True),
        ("smoke", {"slow"}, False),
        ("SMOKE and NOT slow", {"smoke"}, True),
        ("smoke and not slow", {"smoke", "slow"}, False),
        ("not smoke or slow", {"smoke", "slow"}, True),
        ("not (smoke or slow)", {"slow"}, False),
        ("smoke or slow and coreference", {"smoke"}, True),
        ("(smoke or slow) and coreference", {"smoke"}, False),
        ("not not smoke", {"smoke"}, True),
        ("(not(smoke))", {"slow"}, True),
        (" Two Words ", {"two words"}, True),
    ],
)
def test_not_binds_more_closely_than_and_and_that_more_than_or(text: str, labels: set[str], holds: bool) -> None:
    assert TagExpression.parse(text, KNOWN).holds(labels) is holds


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a tag is missing at its end"),
        ("smoke and", "a tag is missing at its end"),
        ("or smoke", "a tag is missing before 'or'"),
        ("smoke slow", "'and' or 'or' is missing before 'slow'"),
        ("(smoke", r"a '\)' is missing"),
        ("smoke)", r"'and' or 'or' is missing before '\)'"),
        ("()", r"a tag is missing before '\)'"),
        ("smoke and slwo", "no scenario has the tag 'slwo'; did you mean 'slow'"),
    ],
)
def test_a_broken_expression_is_refused_with_what_is_missing(text: str, problem: str) -> None:
    with pytest.raises(ScenarioError, match=problem):
        TagExpression.parse(text, KNOWN)


expressions = st.recursive(
    st.sampled_from(["smoke", "slow", "coreference"]),
    lambda inner: st.one_of(
        inner.map("(not {})".format),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: f"({' '.join(parts)})"),
    ),
)


@given(expressions, st.sets(st.sampled_from(["smoke", "slow", "coreference"])))
def test_it_means_what_the_same_words_mean_in_python(text: str, labels: set[str]) -> None:
    values = {name: name in labels for name in ("smoke", "slow", "coreference")}
    assert TagExpression.parse(text, KNOWN).holds(labels) == eval(text, {}, values)  # noqa: S307 -- made above
