from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.runs_to_compare import run_of
from tests.runs.samples import void
from tool_sandbox.analysis.comparison import Contrast, compare_runs, compared
from tool_sandbox.common.visible_text import KEPT
from tool_sandbox.errors import SettingsError
from tool_sandbox.runs.run_result import RunResult
from tool_sandbox.runs.scheduler import Ending
from tool_sandbox.runs.store import RunStore

SCORES = st.lists(st.sampled_from([0.0, 0.25, 1.0]), min_size=6, max_size=6)


def contrast(first: dict[str, list[float | None]], second: dict[str, list[float | None]]) -> Contrast:
    (found,) = compare_runs({"good": run_of(first), "bad": run_of(second)}).contrasts
    return found


def test_runs_are_paired_by_scenario_presentation_and_trial() -> None:
    found = contrast(
        {"a": [1.0, 0.5], "a_all_tools": [1.0], "b": [0.75], "c": [1.0]},
        {"b": [0.25], "a_all_tools": [0.5], "a": [0.5, 0.5, 0.0]},
    )

    assert (found.first, found.second) == ("good", "bad")
    assert (found.pairs, found.void_pairs) == (4, 0)
    assert (found.only_first, found.only_second, found.unpaired) == (1, 1, 2)
    assert found.scores == pytest.approx((3.25 / 4, 1.75 / 4))
    assert found.difference.value == pytest.approx(1.5 / 4)
    assert found.difference.clusters == 2
    assert found.p_value == 0.5


def test_flips_are_base_scenarios_with_the_clearest_first() -> None:
    found = contrast(
        {"a": [1.0], "a_all_tools": [0.5], "b": [0.5], "c": [0.0, 0.25], "d": [1.0]},
        {"a": [0.5], "a_all_tools": [0.75], "b": [0.0], "c": [0.0, 1.0], "d": [1.0]},
    )

    assert [(flip.scenario, flip.first, flip.second) for flip in found.better] == [("b", 0.5, 0.0), ("a", 0.75, 0.625)]
    assert [(flip.scenario, flip.first, flip.second) for flip in found.worse] == [("c", 0.125, 0.5)]
    assert found.equal == 1


def test_the_example_of_a_flip_is_the_pair_that_shows_it_most() -> None:
    found = contrast(
        {"a": [1.0, 0.0], "a_all_tools": [0.5, 1.0], "b": [0.0, 0.0]},
        {"a": [0.5, 0.75], "a_all_tools": [0.5, 0.0], "b": [0.25, 1.0]},
    )

    assert [flip.example for flip in found.better] == [("a_all_tools", 1)]
    assert [flip.example for flip in found.worse] == [("b", 1)]


def test_pairs_with_a_void_sample_are_left_out_and_widen_the_range() -> None:
    found = contrast({"a": [1.0], "b": [0.5], "c": [None]}, {"a": [0.5], "b": [0.5], "c": [1.0]})

    assert (found.pairs, found.void_pairs, found.difference.value) == (2, 1, 0.25)
    assert found.range_with_void.low < -0.5  # as if c were lost
    assert found.range_with_void.high <= found.difference.high


def test_without_void_samples_the_range_is_the_interval() -> None:
    found = contrast({"a": [1.0], "b": [0.5]}, {"a": [0.5], "b": [0.5]})

    assert (found.range_with_void.low, found.range_with_void.high) == (found.difference.low, found.difference.high)


def test_success_is_compared_by_pairs() -> None:
    found = contrast({"a": [1.0], "b": [1.0], "c": [0.9]}, {"a": [0.9], "b": [0.0], "c": [1.0]})

    assert (found.success.better, found.success.worse, found.success.p_value) == (2, 1, 1.0)


def test_of_many_runs_every_two_are_compared_and_p_values_are_raised() -> None:
    names = [f"scenario_{number}" for number in range(7)]
    found = compare_runs(
        {name: run_of({key: [score] for key in names}) for name, score in (("A", 1.0), ("B", 0.5), ("C", 0.5))}
    )

    assert [(each.first, each.second) for each in found.contrasts] == [("A", "B"), ("A", "C"), ("B", "C")]
    assert [each.p_value for each in found.contrasts] == pytest.approx([2 / 128, 2 / 128, 1])
    assert [each.adjusted_p_value for each in found.contrasts] == pytest.approx([6 / 128, 6 / 128, 1])
    assert [each.adjusted_success_p_value for each in found.contrasts] == pytest.approx([6 / 128, 6 / 128, 1])
    assert list(found.runs) == ["A", "B", "C"]
    assert found.runs["B"].overall.score is not None
    assert found.runs["B"].overall.score.value == 0.5


def test_of_more_than_four_runs_each_is_compared_with_the_first() -> None:
    found = compare_runs({name: run_of({"a": [1.0]}) for name in "ABCDE"})

    assert [(each.first, each.second) for each in found.contrasts] == [("A", other) for other in "BCDE"]


def test_samples_that_were_stopped_are_not_there() -> None:
    stopped = [*run_of({"a": [1.0]}), void("b", cause="cancelled")]
    (found,) = compare_runs({"A": stopped, "B": run_of({"a": [0.5], "b": [1.0]})}).contrasts

    assert (found.pairs, found.void_pairs, found.only_second) == (1, 0, 1)


def test_a_comparison_says_what_its_size_can_show() -> None:
    found = contrast({"a": [1.0, 1.0], "b": [0.0, 0.5], "c": [1.0, 0.5]}, {name: [0.5, 0.5] for name in "abc"})

    assert found.detectable is not None
    need = found.need(found.detectable * 0.95)
    assert need is not None
    assert need.trials is not None
    assert found.need_of_half == found.need(found.detectable / 2)


def test_flips_of_both_sides_are_ordered_by_size() -> None:
    found = contrast({"a": [1.0], "b": [0.5], "c": [0.0]}, {"a": [0.5], "b": [0.25], "c": [1.0]})

    assert [flip.scenario for flip in found.flips] == ["c", "a", "b"]


def test_the_records_of_runs_tell_other_differences() -> None:
    runs = {"A": run_of({"a": [1.0]}), "B": run_of({"a": [0.5]})}
    records = {"A": {"scoring_version": 1}, "B": {"scoring_version": 2}}

    assert compare_runs(runs).contrasts[0].conditions == ()
    assert len(compare_runs(runs, records=records).contrasts[0].conditions) == 1


def test_what_decides_whether_a_difference_is_shown_is_the_test_and_not_the_interval() -> None:
    won: dict[str, list[float | None]] = {f"s{at}": [1.0] for at in range(11)}
    four, six = (contrast(won, won | {f"s{at}": [0.0] for at in range(lost)}) for lost in (4, 6))

    assert four.difference.low > 0
    assert (four.is_shown, four.to_record()["is_shown"], six.is_shown) == (False, False, True)
    assert "p = 0.12: not shown at 5%;" in four.in_short.replace(KEPT, " ")
    assert "p = 0.031: shown at 5%;" in six.in_short.replace(KEPT, " ")


def test_a_difference_among_many_is_shown_by_its_raised_p_value() -> None:
    names = [f"s{at}" for at in range(7)]
    runs = {name: run_of({key: [score] for key in names}) for name, score in (("A", 1.0), ("B", 0.5), ("C", 0.5))}

    found = compare_runs({**runs, "D": runs["A"]}).contrasts
    assert [each.p_value <= 0.05 for each in found] == [True, True, False, False, True, True]
    assert not any(each.is_shown for each in found)


@pytest.mark.parametrize(("size", "enough"), [(1, False), (5, False), (6, True)])
def test_few_scenarios_show_nothing_however_large_the_difference(size: int, enough: bool) -> None:
    names = [f"s{at}" for at in range(size)]
    found = contrast({name: [1.0] for name in names}, {name: [0.0] for name in names})

    assert (found.scenarios, found.can_show_something, found.p_value < 0.05) == (size, enough, enough)


def test_one_scenario_in_common_has_no_resolution() -> None:
    found = contrast({"a": [1.0]}, {"a": [0.5]})

    assert (found.detectable, found.need(0.1)) == (None, None)
    assert (found.difference.low, found.difference.high) == (-1, 1)


def test_runs_without_a_scored_sample_in_common_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"'good' and 'bad' have no scored sample in common \(1 is in both, but"):
        contrast({"a": [1.0], "b": [None]}, {"b": [1.0], "c": [1.0]})


def test_of_several_runs_those_without_a_score_are_left_out_of_a_comparison(tmp_path: Path) -> None:
    def kept(name: str, score: float | None) -> RunResult:
        return RunResult.of(run_of({"a": [score]}), Ending.DONE, RunStore.create(str(tmp_path), called=name))

    one, other, broken = kept("one", 1.0), kept("other", 0.5), kept("broken", None)
    found, note = compared({"broken": broken, "one": one, "other": other})
    assert found is not None
    assert list(found.runs) == ["one", "other"]
    assert note == "Without a score, and so left out: 'broken'."
    assert compared({"one": one, "other": other})[1] == ""
    nothing, why = compared({"broken": broken, "one": one})
    assert nothing is None
    assert why.startswith("'broken' and 'one' have no scored sample in common")


def test_one_run_is_not_compared() -> None:
    with pytest.raises(SettingsError, match="two runs or more, not 1"):
        compare_runs({"A": run_of({"a": [1.0]})})


def test_a_success_is_what_the_runs_were_asked_for(tmp_path: Path) -> None:
    def asked(name: str, pass_at: float) -> RunResult:
        store = RunStore.create(str(tmp_path), called=name)
        return RunResult.of(run_of({"a": [0.5]}), Ending.DONE, store, pass_at=pass_at)

    one, same, other = asked("one", 0.5), asked("same", 0.5), asked("other", 1.0)
    assert compare_runs({"A": one, "B": same}).pass_at == 0.5
    assert compare_runs({"A": one, "B": other}).pass_at == 1.0
    assert compare_runs({"A": one, "B": same}, pass_at=0.25).pass_at == 0.25


def test_a_success_is_a_score_above_0() -> None:
    with pytest.raises(SettingsError, match="pass_at=0 must be a score above 0"):
        compare_runs({"A": run_of({"a": [1.0]}), "B": run_of({"a": [1.0]})}, pass_at=0)


def one_trial_each(scores: list[float]) -> dict[str, list[float | None]]:
    return {f"s{at}": [score] for at, score in enumerate(scores)}


@given(SCORES, SCORES)
def test_the_order_of_two_runs_changes_signs_only(first: list[float], second: list[float]) -> None:
    there = contrast(one_trial_each(first), one_trial_each(second))
    back = contrast(one_trial_each(second), one_trial_each(first))

    assert there.difference.value == pytest.approx(-back.difference.value)
    assert there.p_value == back.p_value
    assert (there.success.better, there.success.worse) == (back.success.worse, back.success.better)
    assert [flip.scenario for flip in there.better] == [flip.scenario for flip in back.worse]


@given(SCORES)
def test_a_run_is_equal_to_itself(scores: list[float]) -> None:
    found = contrast(one_trial_each(scores), one_trial_each(scores))

    assert (found.difference.value, found.p_value, found.better, found.worse, found.equal) == (0, 1, (), (), 6)
