"""The console: what compiles, what is captured, what a fork shares."""

from __future__ import annotations

import builtins
import code

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.common.execution.console import Console, compiled

PIECES = ["x = 1", "def f():", "    return 1", "print(1)", "(", ")", "# note", "", "\\", "'a\\d'", "if x:", "'''", "  "]


@given(st.lists(st.sampled_from(PIECES), max_size=5))
def test_code_is_wrong_unfinished_or_fine_exactly_as_the_interactive_interpreter_says(lines: list[str]) -> None:
    source = "\n".join(lines)

    def verdict(compile_it: object) -> object:
        try:
            body = compile_it(source)  # type: ignore[operator]
        except (SyntaxError, ValueError, OverflowError) as error:
            return type(error)
        return None if body is None else body.co_code

    assert verdict(compiled) == verdict(lambda text: code.compile_command(text, symbol="exec"))


def test_code_that_prints_nothing_gives_no_output() -> None:
    body = compiled("x = 1")
    assert body is not None
    assert Console().execute(body).output == ""


def test_the_builtins_of_python_are_those_of_every_fork() -> None:
    console = Console()
    console.execute(compile("number = 1", "<input>", "exec"))
    assert console.fork().locals["__builtins__"] is vars(builtins)


def test_values_that_refuse_to_be_copied_are_shared_by_forks() -> None:
    console = Console()
    console.runsource("numbers = (n for n in range(3))")
    assert console.fork().locals["numbers"] is console.locals["numbers"]


def test_bytes_hold_modules_functions_and_data_and_leave_the_rest_out() -> None:
    console = Console()
    console.runsource("import json, os.path\nn = [1]\n", symbol="exec")
    console.runsource("def f(a, b=2): return (a, b, n)\n\n", symbol="exec")
    console.runsource("gen = (i for i in n)")
    restored = Console.loads(console.dumps())
    restored.runsource("n.append(2)")
    assert restored.locals["f"](1) == (1, 2, [1, 2])
    assert "gen" not in restored.locals
    assert restored.locals["json"].dumps([1]) == "[1]"


def test_output_of_a_failing_console_is_kept() -> None:
    body = compiled("print('before')\n1 / 0")
    assert body is not None
    execution = Console().execute(body)
    assert (execution.output, execution.exception) == ("before\n", "ZeroDivisionError: division by zero")


def test_null_bytes_are_an_error_and_not_a_crash() -> None:
    with pytest.raises((SyntaxError, ValueError)):
        compiled("x = '\0'")
