"""What is said of a scenario that does not hold: the cause first, and once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenarios import writing
from tool_sandbox.cli.app import exit_code
from tool_sandbox.runs.check import CheckReport, check_scenarios

OWN = """
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.tool import register_as_tool


@register_as_tool()
def lend(title: str) -> str:
    \"\"\"Lend a book.

    Args:
        title: The book.
    \"\"\"
    BODY
    return title
"""
LENT = """
- name: lend_it
  user: {knows: Lend Emma., says: Lend a book}
  milestones:
    - {id: lent, called: {lend: {title: Emma}}}
    - {id: told, said: I lent Emma., facts: [emma]}
  solution:
    - lend: {title: Emma}
    - say: I lent Emma.
"""


@pytest.fixture
def check_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """Check a suite whose tool has this body; gives the lines."""

    def check(body: str, suite: str = LENT) -> list[str]:
        (tmp_path / "own.py").write_text(OWN.replace("BODY", body), encoding="utf-8")
        (tmp_path / "own.yaml").write_text(suite, encoding="utf-8")
        flags = ("--scenarios-from", str(tmp_path / "own.yaml"), "--tools-from", str(tmp_path / "own.py"))
        assert exit_code(["check", *flags]) == 1
        return capsys.readouterr().out.replace(f"{tmp_path}/", "").splitlines()

    return check


def checked(folder: Path, text: str) -> CheckReport:
    return check_scenarios(writing.scenarios(folder, text))


def test_the_exception_of_a_tool_comes_alone_with_the_call_and_the_place(check_own: Callable[..., list[str]]) -> None:
    problem, total = check_own("raise KeyError(title)")

    assert problem == (
        "own.yaml:2: lend_it: oracle: the solution's call lend(title=\"Emma\") fails: KeyError: 'Emma' "
        "(the tool is in own.py:6)"
    )
    assert total.startswith("1 scenario checked in 1 play, ")
    assert total.endswith(": 1 problem")


def test_it_comes_alone_too_where_a_later_step_needs_what_the_call_should_have_given(
    check_own: Callable[..., list[str]],
) -> None:
    suite = LENT.replace("    - say", "    - search_contacts: {name: {from: lend}}\n    - say")
    problem, _ = check_own("raise KeyError(title)", suite)

    assert "the solution's call lend(title=\"Emma\") fails: KeyError: 'Emma'" in problem


def test_a_call_that_is_meant_to_fail_before_it_succeeds_is_no_cause(tmp_path: Path) -> None:
    text = """
    - name: send
      world: cellular_off
      user: {knows: Say hello to +12065550199., says: Say hello}
      milestones:
        - {id: sent, added: {messaging: {content: Hello, recipient_phone_number: "+12065550199"}}, match: exact}
        - {id: told, said: I said hello., facts: [{done: sent}]}
      solution:
        - send_message_with_phone_number: {phone_number: "+12065550199", content: Hello}
        - set_cellular_service_status: {on: true}
        - send_message_with_phone_number: {phone_number: "+12065550199", content: Hello}
        - say: I said hello.
    """
    problems = [str(problem) for problem in checked(tmp_path, text).problems]

    assert not [problem for problem in problems if "fails:" in problem]
    assert "oracle: the solution scores 0.000, expected 1.0; sent: " in problems[0]
    assert "changed setting.cellular false → true, which may_change does not allow" in problems[0]


def test_what_follows_from_a_solution_that_falls_short_is_left_out(tmp_path: Path) -> None:
    report = checked(tmp_path, writing.COMPLETE.replace("facts: {done: [sent, asked]}", "facts: tomorrow"))

    (problem,) = report.problems
    assert problem.check == "oracle"
    assert problem.message.startswith("the solution scores 0.500, expected 1.0; told: [")
    assert problem.message.endswith("does not say tomorrow")


def test_a_scripted_user_says_only_what_a_simulated_one_would_know(tmp_path: Path) -> None:
    text = """
    - name: save_the_vet
      user: {knows: "You want the vet saved, +12065550171.", says: Save the vet, replies: "Dr. Amundsen, +12065550171"}
      milestones:
        - {id: asked, said: What is the number?, facts: [{asked: number}]}
        - {id: saved, added: {contact: {phone_number: "+12065550171"}}}
        - {id: told, said: I saved the vet., facts: [{done: saved}]}
      solution:
        - say: What is the number?
        - add_contact: {name: The vet, phone_number: "+12065550171"}
        - say: I saved the vet.
    """
    (problem,) = checked(tmp_path, text).problems
    assert problem.check == "user"
    assert " said 'Amundsen', which it cannot know; put what it should know into 'knows'" in problem.message
    assert checked(tmp_path, text.replace("the vet saved", "the vet, Dr. Amundsen, saved")).passed


def test_a_minefield_that_the_solution_trips_is_named_with_its_reason(tmp_path: Path) -> None:
    text = writing.COMPLETE.replace('"+12065550100"}}}', '"+12065550199"}}, because: Not this number.}')
    (problem,) = [each for each in checked(tmp_path, text).problems if each.check == "oracle"]

    assert problem.message.startswith("the solution trips a minefield, expected none; wrong: [")
    assert problem.message.endswith("Not this number.")


@pytest.mark.parametrize(
    ("limit", "named"),
    [(10, "10_distraction_tools, all_tools"), (20, "all_tools")],
)
def test_presentations_that_fail_are_named_together(
    check_own: Callable[..., list[str]], limit: int, named: str
) -> None:
    body = f"if len(get_current_context().tool_allow_list or ()) > {limit}: raise ValueError('too many')"
    problem, _ = check_own(body)

    assert f"lend_it: presentation: presented as {named} the solution scores 0.000, expected 1.0; lent: " in problem
    assert "failed: ValueError: too many" in problem


@pytest.mark.parametrize(
    ("milestone", "message"),
    [
        ("called: lent", "there is no tool 'lent'; did you mean 'lend'? Tools of your own come with --tools-from."),
        ("added: {bookz: {title: Emma}}", " Tables of your own come with --tools-from."),
        ("requested: qqqq", " Tools of your own come with --tools-from."),
    ],
)
def test_a_tool_or_table_that_is_not_known_may_come_from_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], milestone: str, message: str
) -> None:
    (tmp_path / "own.py").write_text(OWN.replace("BODY", ""), encoding="utf-8")
    (tmp_path / "own.yaml").write_text(LENT.replace("called: {lend: {title: Emma}}", milestone), encoding="utf-8")
    flags = ("--scenarios-from", str(tmp_path / "own.yaml"), "--tools-from", str(tmp_path / "own.py"))

    assert exit_code(["check", *flags]) == 2
    assert message in capsys.readouterr().err
