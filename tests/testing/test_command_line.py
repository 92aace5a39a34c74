"""``pytest --tool-sandbox``: scenarios of the command line, one test each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from xml.etree import ElementTree as ET

import pytest

import tool_sandbox as ts
from tests.cli.command import ROOT, run_directory
from tests.testing import files
from tests.waiting import HANG, until
from tool_sandbox.cli.app import exit_code

pytest_plugins = ["pytester"]


def test_each_scenario_is_a_test(shop: pytest.Pytester) -> None:
    result = shop.runpytest(*files.asked("works", "-v"))

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "shop.yaml::wifi_off PASSED 1.000 *",
            "shop.yaml::cellular_off PASSED 1.000 *",
            "*== tool_sandbox ==*",
            "my_agent.py:works: score 1.000 over 2 of 2 samples, cost unknown (4 calls)",
            "  tool_sandbox explain runs?*works_oracle",
        ]
    )
    assert files.run_of(shop).score == 1.0


def test_what_fails_is_explained_without_a_traceback(shop: pytest.Pytester) -> None:
    result = shop.runpytest(*files.asked("knows_wifi"))

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "cellular_off #0   0.000   talked, 0 of 1 tools called; is_off: *",
            "  ✗ is_off  0.00  *",
            "FAILED shop.yaml::cellular_off - cellular_off #0   0.000   talked, 0 of 1 tools called*",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert ".py:" not in result.stdout.str().replace("my_agent.py:knows_wifi", "")


def test_explain_works_on_the_directory_that_is_named(
    shop: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    result = shop.runpytest(*files.asked("knows_wifi"))
    (line,) = (line for line in result.outlines if line.startswith("  tool_sandbox explain "))
    capsys.readouterr()

    assert exit_code([*line.split()[1:], "cellular_off"]) == 0
    assert capsys.readouterr().out.startswith("cellular_off #0   0.000   talked")


def test_trials_are_told_in_a_line_and_judged_by_their_mean(shop: pytest.Pytester) -> None:
    asked = files.asked("works_seven_times_of_ten", "--trials", "10", "-v", "shop.yaml::wifi_off")

    shop.runpytest(*asked, "--min-score", "0.7").stdout.fnmatch_lines(
        ["shop.yaml::wifi_off PASSED 7/10 [[]40%, 89%] flaky *", "  shop.yaml::wifi_off 7/10 [[]40%, 89%] flaky"]
    )
    shop.runpytest(*asked, "--min-score", "0.75").stdout.fnmatch_lines(
        [
            "shop.yaml::wifi_off FAILED 7/10 [[]40%, 89%] flaky *",
            "7/10 [[]40%, 89%] flaky: score 0.700, wanted 0.75",
            "wifi_off #* 0.000 *",
        ]
    )


def test_what_is_the_same_in_several_trials_is_explained_once(shop: pytest.Pytester) -> None:
    result = shop.runpytest(*files.asked("nop", "--trials", "3", "shop.yaml::wifi_off"))
    assert sum(line.startswith("wifi_off #") for line in result.outlines) == 1


def test_a_void_sample_is_an_error_with_its_reason_and_no_failure(shop: pytest.Pytester) -> None:
    result = shop.runpytest(*files.asked("breaks_down", "shop.yaml::wifi_off"))

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["void, provider: nobody is there", "*no sample was scored*", "ERROR *- void, provider:*"]
    )


@pytest.mark.parametrize(("least", "outcome"), [("0.75", "passed"), ("0.9", "errors")])
def test_a_void_trial_is_an_error_only_where_it_decides(shop: pytest.Pytester, least: str, outcome: str) -> None:
    asked = files.asked("breaks_once", "--trials", "4", "--min-score", least, "shop.yaml::wifi_off")
    result = shop.runpytest(*asked)

    result.assert_outcomes(**{outcome: 1})
    if outcome == "errors":
        told = "1 of 4 samples are void, so that the score may be anything from 0.750 to 1.000, wanted 0.9; provider: *"
        result.stdout.fnmatch_lines([told])


@pytest.mark.parametrize("arguments", [(), files.XDIST], ids=["one process", "workers"])
def test_a_missing_key_is_told_once_before_the_first_test(shop: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    result = shop.runpytest(*arguments, *files.asked("openai/gpt-5"))

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (told,) = filter(None, result.errlines)
    assert told.startswith("ERROR: no key for 'openai/gpt-5': looked for api_key in the configuration and for ")
    assert not (shop.path / "runs").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--trials", "no"), "trials='no' must be "),
        (("--min-score", "80"), "--min-score '80' must be a score between 0 and 1"),
        (("--tool-sandbox", "missing.yaml"), "missing.yaml' is not there; expected a file or folder"),
        (
            ("--tool-sandbox-config", "run.yaml"),
            "fail_under has no effect in pytest; leave it out and use --tool-sandbox-min-score",
        ),
        (
            ("--maxfail=1", "--tool-sandbox-config", "budget.yaml"),
            "budget is for scenarios that are played together",
        ),
        (("--agent", "my_agent.py:wroks"), "there is no 'wroks'"),
        (
            ("--user", "openai/gpt-5"),
            "choose another one with --tool-sandbox-user, such as oracle, which needs no key",
        ),
        (
            ("--tool-sandbox-config", "agents.yaml", "--agent="),
            "the agent is ['nop', 'oracle']; tests are of one agent",
        ),
    ],
)
def test_a_mistake_is_a_usage_error(shop: pytest.Pytester, arguments: tuple[str, ...], message: str) -> None:
    shop.makefile(".yaml", run="fail_under: 0.8", budget="budget: 1", agents="agent: [nop, oracle]")
    result = shop.runpytest(*files.asked("Paid"), *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert message in result.stderr.str()
    assert "Traceback" not in result.stderr.str()


def test_no_agent_is_a_usage_error_that_says_how_to_name_one(shop: pytest.Pytester) -> None:
    result = shop.runpytest(*files.PLUGIN, "--tool-sandbox", "shop.yaml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: no agent was named: give one with --tool-sandbox-agent (*"])


def test_a_mistake_in_a_scenario_is_told_with_file_and_line(shop: pytest.Pytester) -> None:
    shop.makefile(".yaml", shop=files.SHOP.replace("wifi: false", "wify: false"))
    result = shop.runpytest(*files.asked())
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *shop.yaml:5: wifi_off: *'wify'*"])


def test_options_can_stand_in_the_ini_file_with_paths_from_there(shop: pytest.Pytester) -> None:
    shop.makeini(
        "[pytest]\ntool_sandbox_agent = my_agent.py:works\ntool_sandbox_user = oracle\ntool_sandbox_trials = 2\n"
        "tool_sandbox_output = elsewhere\naddopts = --tool-sandbox shop.yaml\n"
    )
    (shop.path / "below").mkdir()
    result = shop.runpytest(*files.PLUGIN)

    result.assert_outcomes(passed=2)
    assert len(ts.open_run(run_directory(shop.path / "elsewhere"))) == 4


def test_what_the_environment_says_for_every_run_may_go_without_effect(
    shop: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOL_SANDBOX_CACHE", "memory")
    monkeypatch.setenv("TOOL_SANDBOX_TRIALS", "2")
    monkeypatch.setenv("TOOL_SANDBOX_JUNIT", "out.xml")
    shop.runpytest(*files.asked("works")).assert_outcomes(passed=2)
    assert len(files.run_of(shop)) == 4


def test_two_scenarios_of_one_name_are_refused(shop: pytest.Pytester) -> None:
    shop.makefile(".yaml", more=files.SHOP)
    result = shop.runpytest(*files.asked("works", "--tool-sandbox", "more.yaml"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: * stands in *more.yaml' and in *shop.yaml'; give it another name in one*"])


def test_settings_of_a_run_can_stand_in_its_file(shop: pytest.Pytester) -> None:
    shop.makefile(".yaml", run="seed: 7\ntags: [smoke]")
    shop.runpytest(*files.asked("works", "--tool-sandbox-config", "run.yaml")).assert_outcomes(passed=1)
    assert json.loads((run_directory(shop.path / "runs") / "run.json").read_text("utf-8"))["settings"]["seed"] == 7


@pytest.mark.parametrize(
    ("arguments", "played"),
    [
        (("-k", "wifi"), ["wifi_off"]),
        (("-k", "smoke"), ["wifi_off"]),
        (("-k", "not smoke"), ["cellular_off"]),
        (("-m", "tool_sandbox"), ["wifi_off", "cellular_off"]),
        (("shop.yaml::cellular_off",), ["cellular_off"]),
        (("shop.yaml::cellular_off", "shop.yaml"), ["wifi_off", "cellular_off"]),
    ],
)
def test_what_is_selected_is_all_that_is_played(
    shop: pytest.Pytester, arguments: tuple[str, ...], played: list[str]
) -> None:
    shop.makepyfile(test_other="def test_other(): raise AssertionError")
    if "-k" in arguments:
        arguments = (*arguments, "--deselect", "test_other.py::test_other")
    shop.runpytest(*files.asked("works", *arguments)).assert_outcomes(passed=len(played), deselected=None)
    assert [sample.name for sample in files.run_of(shop)] == played


def test_the_tests_of_a_folder_are_there_beside_the_scenarios(shop: pytest.Pytester) -> None:
    shop.makepyfile(test_other="def test_other(): pass")
    shop.runpytest(*files.asked("works")).assert_outcomes(passed=3)


def test_an_agent_can_be_named_by_its_module(shop: pytest.Pytester) -> None:
    arguments = [each.replace("my_agent.py:", "my_agent:") for each in files.asked("works")]
    code = "import sys, pytest; sys.path.remove(''); sys.exit(pytest.main(sys.argv[1:]))"  # as the script pytest does
    shop.run(sys.executable, "-c", code, *arguments).assert_outcomes(passed=2)


def test_a_folder_of_scenarios_is_played(shop: pytest.Pytester) -> None:
    (shop.path / "scenarios").mkdir()
    (shop.path / "shop.yaml").rename(shop.path / "scenarios" / "shop.yaml")
    arguments = [each.replace("shop.yaml", "scenarios") for each in files.asked("works", "-v")]
    shop.runpytest(*arguments).stdout.fnmatch_lines(["scenarios::wifi_off PASSED *"])


def test_collecting_plays_nothing(shop: pytest.Pytester) -> None:
    shop.runpytest(*files.asked("works", "--collect-only", "-q")).stdout.fnmatch_lines(
        ["shop.yaml::wifi_off", "shop.yaml::cellular_off"]
    )
    assert not (shop.path / "runs").exists()


def test_the_first_failure_can_end_the_tests_and_what_they_cost(shop: pytest.Pytester) -> None:
    shop.runpytest(*files.asked("nop", "-x")).assert_outcomes(failed=1)
    run = files.run_of(shop)
    assert [sample.name for sample in run] == ["wifi_off"]
    assert run.ending.value == "interrupted"


def test_what_failed_last_can_be_played_again(shop: pytest.Pytester) -> None:
    shop.runpytest(*files.asked("knows_wifi")).assert_outcomes(passed=1, failed=1)
    shop.runpytest(*files.asked("works", "--lf", "-p", "cacheprovider")).assert_outcomes(passed=1)


def test_score_and_cost_are_properties_for_other_programs(shop: pytest.Pytester) -> None:
    shop.runpytest(*files.asked("Paid", "--junit-xml", "out.xml", "--trials", "2", "-q")).stdout.fnmatch_lines(
        ["my_agent.py:Paid: score 1.000 over 4 of 4 samples, $0.0080"]
    )
    cases = list(ET.parse(shop.path / "out.xml").iter("testcase"))  # noqa: S314 -- it is our own
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("shop.yaml", "wifi_off"),
        ("shop.yaml", "cellular_off"),
    ]
    properties = {each.get("name"): each.get("value") for each in cases[0].iter("property")}
    assert properties == {"score": "1.0", "cost": "0.004", "trials": "2", "passed": "2"}


def test_workers_share_one_run_of_which_samples_and_cost_are_gathered(shop: pytest.Pytester) -> None:
    result = shop.runpytest(*files.XDIST, *files.asked("Paid", "--trials", "2"))

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["my_agent.py:Paid: score 1.000 over 4 of 4 samples, $0.0080"])
    run = files.run_of(shop)
    assert [sample.key for sample in run] == [
        (name, trial) for trial in (0, 1) for name in ("wifi_off", "cellular_off")
    ]
    assert run.ending.value == "done"
    summary = json.loads((run_directory(shop.path / "runs") / "result_summary.json").read_text("utf-8"))
    assert summary["outcomes"]["samples"] == 4
    assert run["wifi_off", 1].explain().score == 1.0


def test_ctrl_c_ends_the_tests_at_once_and_names_the_run(shop: pytest.Pytester) -> None:
    command = [sys.executable, "-m", "pytest", *files.asked("never_answers")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=shop.path, stdout=subprocess.PIPE, text=True, env=environment) as process:
        ending = threading.Timer(HANG, process.kill)
        ending.start()
        try:
            until((shop.path / "asked").exists)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=HANG)
        finally:
            ending.cancel()
            process.kill()
    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert "my_agent.py:never_answers: no sample was scored, stopped before its end" in out
    assert (run_directory(shop.path / "runs") / "result_summary.json").exists()
