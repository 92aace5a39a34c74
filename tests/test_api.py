"""The front door: runs from Python, in scripts, loops and threads, with names, classes and functions."""

from __future__ import annotations

import asyncio
import html
import inspect
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import tool_sandbox as ts
from tests.cli.command import openai_server, run_directory
from tests.waiting import HANG, until
from tool_sandbox.llm.scripted import FixedScriptModel, NopModel
from tool_sandbox.registry.settings import RunSettings

NAME = "switch_wifi_off"


def switches_off(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Any:
    """Solve ``switch_wifi_off`` in the chat format."""
    if messages[-1]["role"] == "tool":
        return "Wi-Fi is off now."
    assert "set_wifi_status" in [tool["function"]["name"] for tool in tools]
    call = {"id": "1", "type": "function", "function": {"name": "set_wifi_status", "arguments": '{"on": false}'}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


class MyAgent(ts.LiteLLMAgent):
    """Does nothing, in its own words."""

    def __init__(self, word: str = "Hmm.") -> None:
        super().__init__("mine", model=NopModel(word))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_run_gives_a_score_and_leaves_nothing_on_the_disk(
    temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    result = ts.run("oracle", scenarios=["switch_wifi_off*"], tags=["no_distraction_tools"], trials=2)

    assert (result.score, result.bounds, result.void) == (1.0, (1.0, 1.0), ())
    assert len(result) == 4
    assert [sample.key for sample in result][:2] == [(NAME, 0), ("switch_wifi_off_implicit", 0)]
    assert result[NAME, 1].trial == 1
    assert result[NAME].conversation[-1].recipient == ts.RoleType.USER
    assert result.directory is None
    assert repr(result) == "<RunResult oracle: 1.000 over 4 samples>"
    assert capfd.readouterr() == ("", "")
    del result
    assert list(temporary.iterdir()) == []
    assert list(tmp_path.iterdir()) == [temporary]


def test_a_frame_has_one_row_per_sample_and_its_categories_have_the_means_of_the_summary(tmp_path: Path) -> None:
    result = ts.run("nop", user="oracle", scenarios=["switch_wifi_off*", "postpone_cake_reminder*"], output=tmp_path)

    frame = result.frame()
    means = {row["category"]: row["similarity"] for row in frame.group_by("category").mean().iter_rows(named=True)}

    assert frame["name"].to_list() == [sample.name for sample in result]
    assert result.directory is not None
    summary = json.loads((Path(result.directory) / "result_summary.json").read_text())
    wanted = {name: each["similarity"] for name, each in summary["category_aggregated_results"].items()}
    del wanted["ALL_CATEGORIES"]
    assert means == pytest.approx(wanted)


def test_the_parameters_of_a_run_are_the_settings_of_a_run() -> None:
    for function in (ts.run, ts.arun):
        shown = inspect.signature(function).parameters
        own = {"agent", "user", "scenarios", "output", "tools", "observer", "settings"}
        assert set(shown) - own == set(RunSettings.names()) - {"agent", "user", "scenarios", "output"}
        defaults = RunSettings(agent="oracle", user="oracle")
        for name in set(shown) - own:
            assert shown[name].default == getattr(defaults, name)


def make_agent() -> ts.BaseRole:
    return MyAgent()


def needs_url(url: str) -> ts.BaseRole:
    return MyAgent(url)


def needs_name(name: str, limit: int = 3) -> ts.BaseRole:
    return MyAgent(f"{name} {limit}")


@pytest.mark.parametrize("agent", [MyAgent, make_agent, lambda word="Hmm.": MyAgent(word), f"{__name__}:MyAgent"])
def test_an_agent_can_be_a_class_or_what_makes_one(agent: Any) -> None:
    sample = ts.play(NAME, agent=agent)
    assert (sample.status, sample.similarity) == ("scored", 0.0)
    assert sample.conversation[-3].content == "Hmm."


def test_settings_reach_a_class_of_ones_own_and_one_that_it_does_not_take_is_named() -> None:
    assert ts.play(NAME, agent=MyAgent, word="Nope.").conversation[-3].content == "Nope."
    with pytest.raises(ts.errors.SettingsError, match=r"volume.*'.*MyAgent' does not take it; expected one of word"):
        ts.run(MyAgent, "oracle", [NAME], volume=3)


def test_what_a_class_of_ones_own_calls_like_a_setting_is_given_in_params() -> None:
    result = ts.run(needs_name, "oracle", [NAME], limit=1, params={"name": "Ada", "limit": 5})
    assert result[NAME].conversation[-3].content == "Ada 5"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"budget": 1}, "budget would have no effect: nobody in this run asks a model"),
        ({"on_fallback": "void"}, "'oracle' has no fallbacks; name one with fallbacks."),
        ({"top_p": 1}, "top_p would have no effect: 'oracle' asks no model"),
        ({"user_params": {"top_p": 1}}, "user_params top_p would have no effect"),
        ({"shuffle_tools": True, "compat": "original"}, "shuffle_tools does not go with compat original"),
        ({"scenarios": NAME, "tags": ["insufficient_information"]}, f"no scenario fits scenarios {NAME} and tags "),
        ({"scenarios": "swich_wifi_off"}, "switch_wifi_off"),
        ({"agent": needs_url}, "needs a value for 'url'; give it with url="),
        ({"agent": needs_name}, "needs a value for 'name'; give it with params={'name': …}"),
        ({"agent": needs_name, "name": "Ada"}, "needs a value for 'name'; give it with params={'name': …}"),
    ],
)
def test_a_mistake_is_told_in_the_callers_words(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(ts.errors.UsageError) as caught:
        ts.run(**{"agent": "oracle", "user": "oracle", "scenarios": [NAME], **asked})
    assert message in str(caught.value)
    assert not re.search(r"(^|\s)--?[a-z]", str(caught.value))


def test_what_makes_an_agent_can_be_told_for_which_sample() -> None:
    told = []

    def make(sample: Any) -> ts.BaseRole:
        told.append(sample.key)
        return MyAgent()

    ts.run(make, "oracle", [NAME], trials=2)
    assert sorted(told) == [(NAME, 0), (NAME, 1)]


def test_one_role_can_play_one_sample_but_not_a_run() -> None:
    role = MyAgent("Once.")
    assert ts.play(NAME, agent=role).conversation[-3].content == "Once."
    with pytest.raises(ts.errors.UsageError, match="one role for all samples"):
        ts.run(role, "oracle", [NAME])  # type: ignore[arg-type]  # the mistake


async def awaits(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Any:
    await asyncio.sleep(0)
    return switches_off(messages, tools)


class Callable_:  # noqa: N801 -- as a framework's object
    def __call__(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Any:
        return switches_off(messages, tools)


@pytest.mark.parametrize("agent", [switches_off, awaits, Callable_()], ids=["function", "coroutine", "object"])
def test_an_agent_can_be_a_function_in_the_chat_format(agent: Callable[..., Any]) -> None:
    sample = ts.play(NAME, agent=agent)
    assert sample.similarity == 1.0
    assert sample.world.rows("SETTING")[0]["wifi"] is False


def test_a_function_can_play_the_user() -> None:
    lines: list[Sequence[Mapping[str, Any]]] = []

    def user(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Any:
        lines.append(messages)
        call = {"id": "e", "type": "function", "function": {"name": tools[0]["function"]["name"], "arguments": "{}"}}
        return {"role": "assistant", "tool_calls": [call]}

    assert ts.play(NAME, user=user).similarity == 1.0
    assert lines[0][-1]["content"] == "Wi-Fi is off now."


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"trails": 3}, "'trails' is not a setting of a run; did you mean 'trials'"),
        ({"trails": 3, "agent": switches_off}, "'trails' is not a setting of a run; did you mean 'trials'"),
        ({"trials": 0}, "trials=0 must be"),
        ({"scenarios": "shop.yaml"}, "a file with scenarios goes after scenarios_from"),
        ({"scenarios": ["switch_wify_off"]}, "switch_wify_off"),
        ({"temperature": 1.0}, "would have no effect"),
        ({"agent": 3}, "the agent is 3; expected a name"),
        ({"tools": [print]}, "is not a tool"),
    ],
)
def test_what_is_wrong_is_named_before_anything_runs(setting: dict[str, Any], message: str, temporary: Path) -> None:
    with pytest.raises(ts.errors.UsageError, match=message):
        ts.run(**{"agent": "oracle", "scenarios": [NAME], **setting})
    assert list(temporary.iterdir()) == []


def test_a_failing_agent_is_a_void_sample_that_says_why() -> None:
    def broken(messages: Any, tools: Any) -> Any:
        raise ValueError("no idea")

    result = ts.run(broken, "oracle", [NAME])
    (sample,) = result.void
    assert "no idea" in repr(sample)
    assert not result.score > 0
    assert result.bounds == (0.0, 1.0)


async def test_runs_await_and_block_inside_a_running_loop_and_beside_each_other() -> None:
    together = await asyncio.gather(
        ts.arun("oracle", scenarios=[NAME], compat="original"), ts.arun("nop", "oracle", [NAME]), ts.aplay(NAME)
    )
    blocking = ts.run("oracle", scenarios=[NAME])
    assert [each.similarity if isinstance(each, ts.SampleResult) else each.score for each in together] == [1, 0, 1]
    assert blocking.score == 1.0


def test_runs_in_threads_keep_their_rules_to_themselves() -> None:
    scores: dict[str, float] = {}

    def play(agent: str, **settings: Any) -> None:
        scores[agent] = ts.run(agent, "oracle", ["switch_wifi_off*"], **settings).score

    threads = [
        threading.Thread(target=play, args=("oracle",), kwargs={"compat": "original"}),
        threading.Thread(target=play, args=("nop",)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANG)
    assert scores == {"oracle": 1.0, "nop": 0.0}


async def test_a_cancelled_run_keeps_what_was_finished(tmp_path: Path) -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def agent(messages: Any, tools: Any) -> Any:
        loop.call_soon_threadsafe(asked.set)
        await asyncio.sleep(HANG)

    task = asyncio.create_task(ts.arun(agent, "oracle", [NAME], output=tmp_path))
    await asyncio.wait_for(asked.wait(), HANG)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    directory = run_directory(tmp_path)
    stopped = ts.open_run(directory)
    assert (stopped.ending.value, stopped[NAME].cause) == ("interrupted", "cancelled")

    resumed = ts.resume(directory, agent=switches_off, concurrency=3, max_void=None)
    assert resumed.score == 1.0
    settings = json.loads((Path(directory) / "run.json").read_text())["settings"]
    assert (settings["concurrency"], settings["max_void"]) == (3, 20)


SIGNALLED = """
import pathlib, signal, sys
import tool_sandbox as ts
from tool_sandbox.cli import run_sandbox
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may have had it ignored
agent, folder = f"direct:{sys.argv[1]}/model", pathlib.Path(sys.argv[2])
try:
    CALL
except KeyboardInterrupt:
    (directory,) = [each for each in folder.iterdir() if not each.is_symlink()]
    result = ts.open_run(directory)
    print("caught", len([each for each in result if each.status == "scored"]))
"""
FRONT_DOOR = 'ts.run(agent, "oracle", ["switch_wifi_off*"], output=folder, concurrency=2)'
OF_THE_ORIGINAL = (
    'run_sandbox(agent_type=agent, user_type="oracle", name_to_scenario=ts.load_scenarios("switch_wifi_off*"),'
    " processes=2, output_base_dir=folder)"
)


@pytest.mark.skipif(sys.platform == "win32", reason="no signal can be sent to one process")
@pytest.mark.parametrize("call", [FRONT_DOOR, OF_THE_ORIGINAL], ids=["run", "run_sandbox"])
def test_ctrl_c_is_raised_in_the_caller_and_what_was_finished_is_on_the_disk(call: str, tmp_path: Path) -> None:
    with openai_server("--hold-after", "2") as url:
        command = [sys.executable, "-W", "error", "-c", SIGNALLED.replace("CALL", call), url, str(tmp_path)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def lines() -> int:
            directories = [each for each in tmp_path.iterdir() if not each.is_symlink()]
            files = [file for each in directories for file in each.glob("results.jsonl")]
            return sum(len(file.read_text().splitlines()) for file in files)

        until(lambda: lines() >= 2 or process.poll() is not None)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=HANG)
    assert out.splitlines()[-1:] == ["caught 2"], err
    assert "Traceback" not in err
    assert process.returncode == 0


TEN_LINES = """
import tool_sandbox as ts

result = ts.run(agent="openai/gpt-5.4",
                user="oracle", scenarios=["text_plumber_with_cellular_off*"], tags=["no_distraction_tools"], trials=3,
                budget=2.00, cache="disk", output=None)
print(result.score, result.bounds)
print(len(result), sorted(result.frame().group_by("category").mean()["category"])[0])
print(result["text_plumber_with_cellular_off"].conversation[-3].content)
assert result.score > 0.8 and not result.void
print(ts.play("switch_wifi_off").similarity)
"""
IN_A_LOOP = f"""
import asyncio
import html

async def main():
{textwrap.indent(TEN_LINES, "    ")}

asyncio.run(main())
"""


def test_ten_lines_test_a_model_in_a_script_and_inside_a_running_loop() -> None:
    with openai_server("--solve") as url:
        environment = {**os.environ, "OPENAI_BASE_URL": url, "OPENAI_API_KEY": "made-up"}
        command = [sys.executable, "-W", "error", "-c", TEN_LINES + IN_A_LOOP]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=HANG)
    assert done.stderr == ""
    told = [
        "1.0 (1.0, 1.0)",
        "6 MULTIPLE_TOOL_CALL",
        "I let Dana know you are running ten minutes late.",
        "1.0",
    ]
    assert done.stdout.splitlines() == told * 2


def test_tools_of_ones_own_are_offered() -> None:
    @ts.register_as_tool()
    def brew(cups: int) -> str:
        """Brew coffee.

        Args:
            cups: How many.

        Returns:
            What was done.
        """
        return f"{cups} cups"

    def agent(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Any:
        if messages[-1]["role"] == "tool":
            return f"Done: {messages[-1]['content']}"
        call = {"id": "1", "type": "function", "function": {"name": "brew", "arguments": '{"cups": 2}'}}
        return {"role": "assistant", "tool_calls": [call]}

    sample = ts.play("switch_wifi_off_all_tools", agent, tools=[brew])
    assert sample.conversation[-3].content == "Done: '2 cups'"
    assert "brew" not in ts.play("switch_wifi_off_all_tools").world.name_to_tool


def test_loaded_scenarios_can_be_played() -> None:
    loaded = ts.load_scenarios("switch_wifi_off*", tags="no_distraction_tools")
    assert list(loaded) == [NAME, "switch_wifi_off_implicit"]
    assert ts.run("oracle", scenarios=loaded).score == 1.0
    assert ts.play(loaded[NAME]).similarity == 1.0


def test_a_run_directory_of_the_original_can_be_opened(tmp_path: Path) -> None:
    ours = Path(ts.run("oracle", scenarios=[NAME], output=tmp_path).directory or "")
    summary = json.loads((ours / "result_summary.json").read_text())
    kept = ("name", "categories", "traceback", "exception_type", "similarity", "turn_count", "milestone_mapping")
    for record in summary["per_scenario_results"]:
        for key in set(record) - set(kept):
            del record[key]
    (ours / "result_summary.json").write_text(json.dumps({"per_scenario_results": summary["per_scenario_results"]}))
    for name in ("run.json", "results.jsonl"):
        (ours / name).unlink()

    result = ts.open_run(ours)
    assert (result.score, len(result), result.agent) == (1.0, 1, "unknown agent")
    assert result[NAME].conversation[-3].content == "Wi-Fi is off now."


def test_scripted_models_are_told_apart_from_functions() -> None:
    model = FixedScriptModel(["Hello."])
    assert ts.play(NAME, agent=lambda: ts.LiteLLMAgent("script", model=model)).conversation[-3].content == "Hello."


def test_a_sample_goes_by_the_name_of_its_class_and_is_a_sample_result() -> None:
    sample = ts.play(NAME, agent="oracle")
    assert type(sample) is ts.StoredSample
    assert isinstance(sample, ts.SampleResult)
    homes = {name: value for name in ts.__all__ if inspect.isclass(value := getattr(ts, name))}
    assert {name: value.__name__ for name, value in homes.items()} == {name: name for name in homes}


def test_the_front_door_lists_what_it_has() -> None:
    assert set(ts.__all__) <= set(dir(ts))
    for name in ts.__all__:
        assert getattr(ts, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        ts.nonsense  # noqa: B018 -- reading it is the test


def test_runs_and_directories_are_compared(tmp_path: Path) -> None:
    good = ts.run("oracle", scenarios="switch_wifi_off*", presentations="plain", output=tmp_path)
    lazy = ts.run("nop", scenarios="switch_wifi_off*", presentations="plain")

    found = ts.compare(str(good.directory), lazy, pass_at=0.5)
    (contrast,) = found.contrasts
    assert (contrast.first, contrast.second, contrast.difference.value, found.pass_at) == ("oracle", "nop", 1.0, 0.5)
    _, oracle, nop, _, told, *_ = str(found).splitlines()
    assert (oracle.split()[:2], nop.split()[:2]) == (["oracle", "1.000"], ["nop", "0.000"])
    assert told.startswith("oracle − nop +1.000, 95% interval −")
    assert repr(found).startswith("<Comparison oracle − nop +1.000, 95% interval −")
    assert found._repr_html_() == f"<pre>{html.escape(str(found))}</pre>"
    with pytest.raises(ts.errors.UsageError, match="two runs or more, not 1"):
        ts.compare(good, good)


def test_files_and_directories_may_be_paths(tmp_path: Path) -> None:
    ts.run("nop", scenarios=NAME, output=tmp_path, name="before", summary=tmp_path / "page.md")

    again = ts.run("oracle", failed=tmp_path / "before", against=tmp_path / "before", fail_on_regression=0)
    assert again.regression is not None
    assert (again.regression.difference, (tmp_path / "page.md").exists()) == (1.0, True)
