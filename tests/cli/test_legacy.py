from __future__ import annotations

import pytest

from tool_sandbox.cli.legacy import is_legacy, legacy_settings


@pytest.mark.parametrize(
    "arguments",
    [["--agent", "x"], ["-t"], ["-s", "a"], ["--scen", "a"], ["--output_dir=d"], ["-p", "2"], ["--test_mode"]],
)
def test_flags_without_a_command_are_the_originals(arguments: list[str]) -> None:
    assert is_legacy(arguments)


@pytest.mark.parametrize("arguments", [[], ["run", "-t"], ["--help"], ["-h"], ["--version"], ["list"], ["--nonsense"]])
def test_everything_else_is_not(arguments: list[str]) -> None:
    assert not is_legacy(arguments)


def test_the_originals_flags_and_defaults_mean_what_they_meant() -> None:
    settings, test_mode = legacy_settings(["--agent", "nop", "--scenarios", "a", "b", "--parallel", "4", "-o", "d"])

    assert (settings.agent, settings.user) == ("nop", "GPT_4_o_2024_05_13")
    assert (settings.scenarios, settings.concurrency, settings.output) == (("a", "b"), 4, "d")
    assert not test_mode
    assert legacy_settings(["-t"])[0].output == "data"
    assert legacy_settings(["-t"])[1]


@pytest.mark.parametrize(
    "arguments", [["-t", "-s", "a"], ["--preferred_tool_backend", "X"], ["--agent"], ["-p", "x"], ["-s"]]
)
def test_wrong_flags_end_with_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        legacy_settings(arguments)

    assert ending.value.code == 2
    assert "error" in capsys.readouterr().err
