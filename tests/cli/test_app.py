from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import EASY, call, run_directories, run_directory
from tests.scenarios.writing import COMPLETE
from tool_sandbox.cli.app import exit_code


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def test_the_oracle_scores_one_and_leaves_a_run_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["run", "-a", "oracle", "-s", *EASY, "-o", str(tmp_path)]) == 0

    directory = run_directory(tmp_path)
    out = capsys.readouterr().out
    assert "Score 1.000 over 2 of 2 samples" in out
    assert f"Run directory {directory}" in out
    assert {path.name for path in directory.iterdir()} >= {"run.json", "results.jsonl", "result_summary.json"}
    assert {path.name for path in (directory / "trajectories" / EASY[0]).iterdir()} == {
        "conversation.json",
        "execution_context.json",
        "pretty_print.txt",
    }


def test_doing_nothing_scores_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["run", "-a", "nop", "-s", *EASY, "-o", str(tmp_path)]) == 0

    assert "Score 0.000 over 2" in capsys.readouterr().out


def test_two_runs_of_one_seed_have_the_same_conversations(tmp_path: Path) -> None:
    for name in ("a", "b"):
        exit_code(["run", "-a", "oracle", "-s", "postpone_cake_reminder*", "--seed", "7", "-o", str(tmp_path / name)])

    conversations = [
        {
            path.relative_to(run_directory(tmp_path / name)): path.read_bytes()
            for path in run_directory(tmp_path / name).rglob("conversation.json")
        }
        for name in ("a", "b")
    ]
    assert conversations[0]
    assert conversations[0] == conversations[1]


def test_several_agents_make_several_run_directories(tmp_path: Path) -> None:
    assert exit_code(["run", "-a", "oracle", "nop", "-s", EASY[0], "-o", str(tmp_path)]) == 0

    agents = {json.loads((path / "run.json").read_text())["settings"]["agent"] for path in run_directories(tmp_path)}
    assert agents == {"oracle", "nop"}


def test_agents_can_differ_by_scenario(tmp_path: Path) -> None:
    config = tmp_path / "run.yaml"
    config.write_text(f"agent: oracle\nagents:\n  {EASY[0]}: nop\nscenarios: [{', '.join(EASY)}]\n")

    assert exit_code(["run", "--config", str(config), "-o", str(tmp_path / "runs")]) == 0

    summary = json.loads((run_directory(tmp_path / "runs") / "result_summary.json").read_text())
    assert {result["name"]: (result["agent"], result["similarity"]) for result in summary["per_scenario_results"]} == {
        EASY[0]: ("nop", 0),
        EASY[1]: ("oracle", 1),
    }


def test_trials_have_directories_of_their_own(tmp_path: Path) -> None:
    assert exit_code(["run", "-a", "oracle", "-s", EASY[0], "--trials", "2", "-o", str(tmp_path)]) == 0

    trajectories = run_directory(tmp_path) / "trajectories" / EASY[0]
    assert sorted(path.name for path in trajectories.iterdir()) == ["trial_0", "trial_1"]


def test_the_originals_flags_work_without_a_command(tmp_path: Path) -> None:
    arguments = ["--agent", "oracle", "--user", "oracle", "--scenarios", *EASY, "--parallel", "4"]

    assert exit_code([*arguments, "--output_dir", str(tmp_path)]) == 0
    assert exit_code(["-t", "--agent", "oracle", "--user", "oracle", "-o", str(tmp_path / "t")]) == 0

    summary = json.loads((run_directory(tmp_path / "t") / "result_summary.json").read_text())
    assert len(summary["per_scenario_results"]) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "-a", "oracle", "-s", "swich_wifi_off"], "did you mean 'switch_wifi_off'"),
        (["run", "-a", "oracle", "-s", "nothing_like_*"], "nothing_like_*"),
        (["run", "-a", "oracle", "--tag", "corefrence"], "did you mean 'coreference'"),
        (["run", "-a", "orcale"], "did you mean 'oracle'"),
        (["run", "-a", "clade-3-opus"], "did you mean 'cla"),
        (["run", "-a", "no.such.module:Agent"], "'no.such.module:Agent'"),
        (["run", "-a", "tests.runs.fakes:Missing"], "cannot load the role"),
        (["run", "-a", "local:nosuch"], "There is no local model 'nosuch'"),
        (["run", "-a", "local:/no/such.gguf"], "such.gguf"),
        (["run", "-a", "gpt-5", "-u", "oracle"], "OPENAI_API_KEY"),
        (["run", "-a", "oracle", "-u", "anthropic/claude-x"], "ANTHROPIC_API_KEY"),
        (["run", "-a", "human"], "plays the user; choose another one with -u"),
        (["run", "-a", "Claude_3_Opus"], "ANTHROPIC_API_KEY"),
        (["run", "-a", "gpt-5", "-u", "oracle", "--param", "api_key=k", "temprature=1"], "did you mean 'temperature'"),
        (["run", "-a", "gpt-5", "-u", "oracle", "--param", "api_key=k", "--fallback", "mistral/x"], "MISTRAL_API_KEY"),
        (["run", "-a", "oracle", "--router-config", "/no/such.yaml"], "such.yaml"),
        (["run", "-a", "oracle", "--cache", "flopy"], "flopy"),
        (["run", "-a", "oracle", "--compat", "orignal"], "did you mean 'original'"),
        (["run", "-a", "oracle", "--on-fallback", "viod"], "did you mean 'void'"),
        (["run", "-a", "oracle", "-o", "/dev/null/x"], "cannot write to '/dev/null/x'"),
        (["run", "-a", "oracle", "-o", "nosuch://x"], "cannot write to 'nosuch://x'"),
        (["run", "-a", "oracle", "--scenarios-from", "/no/such.yaml"], "such.yaml"),
        (["run", "-a", "oracle", "--scenarios-from", "no_such_module"], "no_such_module"),
        (["run", "-a", "oracle", "--tools-from", "no_such_module"], "no_such_module"),
        (["run", "-a", "oracle", "--trials", "0"], "trials=0 must be a whole number of at least 1"),
        (["run", "-a", "oracle", "--trials", "x"], "trials='x' must be a whole number of at least 1"),
        (["run", "-a", "oracle", "--budget", "1$"], "budget='1$' must be a number of at least 0"),
        (
            ["list", "--world-seed", "abc"],
            "world_seed='abc' must be a whole number of at least 0",
        ),
        (["check", "--world-seed", "-1"], "world_seed=-1 must be a whole number of at least 0"),
        (["run", "-a", "oracle", "--trails", "2"], "--trials"),
        (["run", "-a", "oracle", "-s"], "-s"),
        (["rnu"], "run"),
        (["compare"], "See: tool_sandbox compare --help"),
        (["resume", "/no/such/directory"], "is not a run directory"),
        (["show", "swich_wifi_off"], "did you mean 'switch_wifi_off'"),
        (["list", "--tag", "corefrence"], "did you mean 'coreference'"),
        (["rescore", "/no/such/directory"], "is not a run directory"),
    ],
)
def test_bad_input_is_one_message_and_code_2_and_nothing_is_written(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    assert exit_code(arguments) == 2

    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("tool_sandbox: ") == 1
    assert "Traceback" not in captured.err
    assert captured.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_typo_in_a_scenario_file_names_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("- name: mine\n  wrold: base\n")

    assert exit_code(["run", "-a", "oracle", "--scenarios-from", str(file)]) == 2

    err = capsys.readouterr().err
    assert "mine.yaml" in err
    assert "'wrold'" in err
    assert "'world'" in err


def test_a_fault_of_our_own_is_told_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = tmp_path / "broken_tools.py"
    module.write_text("raise SystemError('sk-abcdefgh12345678')\n")

    code = exit_code(["run", "-a", "oracle", "--tools-from", str(module)])

    assert code == 2
    assert "broken_tools.py" in capsys.readouterr().err


def test_list_gives_one_line_per_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["list", "--tag", "no_distraction_tools", "-s", "switch_wifi_off*"]) == 0

    names = [line.split("\t")[0] for line in _lines(capsys.readouterr().out)]
    assert "switch_wifi_off" in names
    assert all(name.startswith("switch_") for name in names)


def test_show_tells_what_is_said_checked_and_solved(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["show", "switch_wifi_off"]) == 0

    out = capsys.readouterr().out
    for part in ("user to agent: Turn off the wifi", "milestones", "set_wifi_status", "solution"):
        assert part in out


def test_show_tells_what_milestones_are_about_their_facts_and_the_outcome(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = COMPLETE.replace("content: I need a taxi}}, match: exact}", "content: {text: A taxi, facts: [taxi]}}}}")
    (tmp_path / "mine.yaml").write_text(text.replace("asked]}}", "asked]}, never: [bus]}"), encoding="utf-8")
    assert exit_code(["show", "call_a_taxi", "--scenarios-from", str(tmp_path / "mine.yaml")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[lines.index("milestones") : lines.index("minefields")] == [
        "milestones",
        "  sent  (deed)",
        '    a row comes to messaging: recipient_phone_number "+12065550199", content "A taxi"',
        '      facts of content: says "taxi"',
        "  told  (words, after sent)",
        '    the user is told "I asked for a taxi."',
        "      facts: says that the text was sent or something was asked",
        '      never: says "bus"',
        "",
    ]
    assert lines[lines.index("outcome") : lines.index("solution")] == [
        "outcome",
        '  a row comes to messaging: recipient_phone_number "+12065550199", content "A taxi"',
        '  the user is told "I asked for a taxi."',
        "  setting, contact, reminder as at the start",
        "",
    ]


def test_check_proves_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["check", "-s", "switch_wifi_off"]) == 0

    assert "hold" in capsys.readouterr().out


def test_rescore_finds_no_change_in_a_fresh_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code(["run", "-a", "oracle", "-s", "switch_wifi_off*", "-o", str(tmp_path)])
    capsys.readouterr()

    assert exit_code(["rescore", str(run_directory(tmp_path))]) == 0

    assert ", 0 changed, 0 not judged" in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["--version"]) == 0
    assert capsys.readouterr().out.strip()[0].isdigit()


def test_without_arguments_help_is_shown() -> None:
    finished = call()

    assert finished.returncode == 0
    assert "Commands:" in finished.stdout


def test_help_says_what_every_command_does_to_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["--help"]) == 0
    assert "..." not in capsys.readouterr().out.partition("Commands:")[2]


def test_a_users_own_module_is_found_where_the_command_is_given(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from tool_sandbox.roles.unhelpful_agent import UnhelpfulAgent\nclass Mine(UnhelpfulAgent):\n    pass\n"
    )
    program = "from tool_sandbox.cli import main; main()"
    arguments = ["run", "-a", "mine:Mine", "-u", "oracle", "-s", EASY[0], "-o", "out"]
    finished = subprocess.run(
        [sys.executable, "-P", "-c", program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert finished.returncode == 0, finished.stderr
    assert "Score 0.000" in finished.stdout


def test_a_terminal_without_a_character_shows_the_rest() -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    finished = call("show", EASY[0], environment=plain)

    assert (finished.returncode, finished.stderr) == (0, "")
    assert EASY[0] in finished.stdout


@pytest.mark.parametrize("module", ["tool_sandbox", "tool_sandbox.cli"])
def test_the_package_can_be_run_as_a_module(module: str) -> None:
    finished = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True)

    assert finished.stdout.strip()


WITHOUT_A_MODEL = """
import sys
from tool_sandbox.cli.app import exit_code

for arguments, unwanted in WANTED:
    assert exit_code(arguments) == 0, arguments
    assert not unwanted & set(sys.modules), (arguments, unwanted & set(sys.modules))
"""


def test_commands_without_a_model_import_nothing_heavy(tmp_path: Path) -> None:
    heavy = {"litellm", "polars", "scipy"}
    wanted = [
        (["--help"], {*heavy, "pydantic_core._pydantic_core.SchemaValidator", "yaml"}),
        (["show", EASY[0]], heavy),
        (["list"], heavy),
        (["run", "-a", "oracle", "-s", EASY[0], "-o", str(tmp_path)], heavy),
        (["check", "-s", EASY[0]], heavy - {"polars"}),
    ]
    program = WITHOUT_A_MODEL.replace("WANTED", repr(wanted))
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert finished.returncode == 0, finished.stderr


def test_a_budget_that_cannot_be_kept_is_refused_before_the_first_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nothing")
    monkeypatch.setenv("OPENAI_API_BASE", "http://127.0.0.1:9/v1")
    arguments = ["run", "-a", "openai/unheard-of", "-u", "oracle", "-s", "switch_wifi_off", "--budget", "1"]
    assert exit_code([*arguments, "-o", str(tmp_path)]) == 2
    assert "nobody knows its price" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
