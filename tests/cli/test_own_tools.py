"""Tools of users' own in whole runs of the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.cli.command import call as run_apart
from tests.cli.command import run_directory
from tool_sandbox.cli.app import exit_code
from tool_sandbox.common.execution.tool_code import tool_call_to_code
from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext, new_context
from tool_sandbox.registry.sources import offer_tools
from tool_sandbox.roles.execution_environment import ExecutionEnvironment

FUTURE = "from __future__ import annotations\n"
HEAD = "from tool_sandbox.common.tool import register_as_tool\n"


@pytest.fixture
def play(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Play calls of a user's own tools with the oracle; gives what is in the run directory.

    What may leave a thread behind is played in a process of its own.
    """

    def run(
        code: str, *calls: dict[str, Any], flags: tuple[str, ...] = (), exits: int = 0, apart: bool = False
    ) -> dict[str, Any]:
        (tmp_path / "own.py").write_text(f"{FUTURE}{HEAD}{dedent(code)}", encoding="utf-8")
        steps = [*({name: arguments} for call_ in calls for name, arguments in call_.items()), {"say": "Done."}]
        tools = list(dict.fromkeys(name for call_ in calls for name in call_))
        milestones = [{"id": f"c{n}", "called": {name: args}} for n, c in enumerate(calls) for name, args in c.items()]
        entry = {
            "name": "own",
            "user": {"knows": "Nothing.", "says": "Do it."},
            "tools": tools,
            "milestones": [*milestones, {"id": "told", "said": "Done.", "match": "likeness"}],
            "solution": steps,
        }
        (tmp_path / "suite.yaml").write_text(json.dumps([entry]), encoding="utf-8")
        command = [
            "run", "-a", "oracle", "-s", "own", "--scenarios-from", str(tmp_path / "suite.yaml"),
            "--tools-from", str(tmp_path / "own.py"), "-o", str(tmp_path / "runs"), *flags,
        ]  # fmt: skip
        code_ = run_apart(*command).returncode if apart else exit_code(command)
        assert code_ == exits, capsys.readouterr().err
        directory = run_directory(tmp_path / "runs")
        [result] = [json.loads(line) for line in (directory / "results.jsonl").read_text().splitlines()]
        world = json.loads((directory / result["trajectory"] / "execution_context.json").read_text())
        return {"result": result, "log": world["_dbs"]["SANDBOX"], "text": json.dumps(world)}

    return run


def traces(played: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(trace) for row in played["log"] for trace in row.get("tool_trace") or ()]


NAMED = """
    import functools

    def logged(function):
        def inner(*args, **kwargs):
            return function(*args, **kwargs)
        return inner

    def kept(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            return function(*args, **kwargs)
        return inner

    @register_as_tool()
    @logged
    def undressed(a: int = 1):
        return a

    @kept
    @register_as_tool()
    def dressed(a: int = 1):
        return a

    def hidden(a: int = 1):
        return a

    shown = register_as_tool()(hidden)
    bound = register_as_tool()(functools.partial(hidden))

    @register_as_tool(name="with-dash")
    def dash(a: int = 1):
        return a

    printing = register_as_tool(name="print")(hidden)
    word = register_as_tool(name="class")(hidden)
    json = register_as_tool()(hidden)

    class Phone:
        number = 7

        @register_as_tool()
        def dial(self, a: int = 1):
            return self.number + a - 7

    dial = Phone().dial

    class Bell:
        def __call__(self, a: int = 1):
            return a

    ring = register_as_tool()(Bell())

    @register_as_tool()
    async def later(a: int = 1):
        import asyncio
        await asyncio.sleep(0)
        return await sooner(a=a)

    @register_as_tool()
    async def sooner(a: int = 1):
        return a
"""
NAMES = ["undressed", "dressed", "shown", "bound", "with-dash", "print", "class", "json", "dial", "ring", "later"]


@pytest.mark.parametrize("name", NAMES)
def test_a_tool_is_called_and_traced_under_the_name_it_is_registered_with(
    play: Callable[..., dict[str, Any]], name: str
) -> None:
    played = play(NAMED, {name: {"a": 2}}, {name: {"a": 3}})
    assert played["result"]["similarity"] == 1.0
    assert [trace for trace in traces(played) if trace["tool_name"] != "end_conversation"] == [
        {"tool_name": name, "arguments": {"a": a}, "result": a} for a in (2, 3)
    ]


def test_defaults_that_are_no_json_do_not_keep_a_tool_from_being_called(play: Callable[..., dict[str, Any]]) -> None:
    code = """
    import datetime, decimal, enum, pathlib

    class Color(enum.Enum):
        RED = "red"

    @register_as_tool()
    def paint(
        color: Color = Color.RED, day: datetime.date = datetime.date(2026, 3, 2), where=pathlib.Path("a"),
        price: decimal.Decimal = decimal.Decimal("1.50"),
    ):
        return f"{color.name} {day.year} {where.name} {price}"
    """
    played = play(code, {"paint": {}})
    assert traces(played)[0] == {
        "tool_name": "paint",
        "arguments": {"color": "red", "day": "2026-03-02", "where": "a", "price": "1.50"},
        "result": "RED 2026 a 1.50",
    }


def test_arguments_arrive_as_what_they_are_annotated_with(tmp_path: Path) -> None:
    code = """
    import dataclasses, datetime, enum
    from typing import TYPE_CHECKING, Optional, TypedDict
    import pydantic

    if TYPE_CHECKING:
        from nowhere import Nothing

    class Color(enum.Enum):
        RED = "red"

    @dataclasses.dataclass
    class Item:
        name: str
        color: Color

    class Stay(TypedDict):
        nights: int

    class Guest(pydantic.BaseModel):
        name: str

    @register_as_tool()
    def book(items: list[Item], day: Optional[datetime.date], stay: Stay, guest: Guest, odd: Nothing = None, **more):
        return [items[0].color.name, day.year, stay["nights"], guest.name, sorted(more)]
    """
    arguments = {
        "items": [{"name": "a", "color": "red"}], "day": "2026-03-02", "stay": {"nights": 2}, "guest": {"name": "Zoë"},
        "note": "x",
    }  # fmt: skip
    (tmp_path / "own.py").write_text(f"{FUTURE}{HEAD}{dedent(code)}", encoding="utf-8")
    offer_tools([str(tmp_path / "own.py")])
    message = {
        "sender": "AGENT",
        "recipient": "EXECUTION_ENVIRONMENT",
        "content": tool_call_to_code("c", "book", arguments),
    }
    with new_context(ExecutionContext()) as world:
        world.trace_tool = True
        world.add_rows(DatabaseNamespace.SANDBOX, [message])
        ExecutionEnvironment().respond()
        assert traces({"log": [world.last_message_row()]}) == [
            {
                "tool_name": "book",
                "arguments": {**arguments, "odd": None},
                "result": ["RED", 2026, 2, "Zoë", ["note"]],
            }
        ]


@pytest.mark.parametrize(
    "statement",
    [
        "raise SystemExit(7)",
        "raise KeyboardInterrupt",
        "import sys; sys.exit()",
        "raise GeneratorExit",
        "raise StopIteration",
    ],
)
def test_what_looks_like_an_exit_is_an_error_that_the_model_sees(
    play: Callable[..., dict[str, Any]], statement: str
) -> None:
    played = play(f"@register_as_tool()\ndef leave():\n    {statement}\n", {"leave": {}})
    kind = statement.rsplit(maxsplit=1)[-1].partition("(")[0].replace("sys.exit", "SystemExit")
    assert played["result"]["status"] == "scored"
    assert any((row.get("tool_call_exception") or "").startswith(kind) for row in played["log"])


HANGS = """
import threading, time

@register_as_tool()
def wait():
    {}
"""


@pytest.mark.parametrize(
    "how",
    [
        "threading.Event().wait()",
        "time.sleep(10**6)",
        "while True: time.sleep(0)",
        "import asyncio; asyncio.run(asyncio.sleep(10**6))",
    ],
)
def test_a_tool_that_hangs_makes_its_sample_void_and_the_run_goes_on(
    play: Callable[..., dict[str, Any]], how: str
) -> None:
    result = play(HANGS.format(how), {"wait": {}}, flags=("--tool-timeout", "0.05"), exits=1, apart=True)["result"]
    assert (result["status"], result["cause"], result["exception_type"]) == ("void", "timeout", "TimeLimitError")
    assert result["error"]["message"] == (
        "the tool 'wait' did not return within 0.05 s, the time limit of a tool (--tool-timeout)."
    )


def test_a_sample_that_takes_too_long_is_void(play: Callable[..., dict[str, Any]]) -> None:
    result = play(
        HANGS.format("time.sleep(10**6)"), {"wait": {}}, flags=("--sample-timeout", "0.2"), exits=1, apart=True
    )["result"]
    assert (result["status"], result["cause"]) == ("void", "timeout")
    assert "within 0.2 s, the time limit of a sample (--sample-timeout)" in result["error"]["message"]


@pytest.mark.parametrize(
    "code", ["import os\n\n1 / 0", "raise SystemExit(0)", "raise KeyboardInterrupt", "def f(:", "x = 1"]
)
def test_code_that_cannot_be_used_is_exit_2_for_every_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    (tmp_path / "own.py").write_text(code)
    for command in (["run", "-a", "oracle"], ["check"], ["list"], ["show", "switch_wifi_off"]):
        assert exit_code([*command, "--tools-from", str(tmp_path / "own.py")]) == 2
        captured = capsys.readouterr()
        assert captured.err.count("tool_sandbox: ") == 1
        assert str(tmp_path / "own.py") in captured.err


def test_threads_that_a_tool_leaves_behind_do_not_keep_the_command_from_ending(tmp_path: Path) -> None:
    code = """
    import threading, time
    from concurrent.futures import ThreadPoolExecutor

    @register_as_tool()
    def start():
        threading.Thread(target=time.sleep, args=(10**6,)).start()
        ThreadPoolExecutor(1).submit(time.sleep, 10**6)
        return "started"
    """
    (tmp_path / "own.py").write_text(HEAD + dedent(code))
    entry = {
        "name": "own", "user": {"knows": "Nothing.", "says": "Do it."}, "tools": ["start"],
        "milestones": [{"id": "told", "said": "Done.", "match": "likeness"}],
        "solution": [{"start": {}}, {"say": "Done."}],
    }  # fmt: skip
    (tmp_path / "suite.yaml").write_text(json.dumps([entry]))
    ended = run_apart(
        "run", "-a", "oracle", "-s", "own", "--scenarios-from", str(tmp_path / "suite.yaml"),
        "--tools-from", str(tmp_path / "own.py"), "-o", str(tmp_path / "runs"),
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "Run directory" in ended.stdout


def test_a_role_in_a_file_can_be_resumed_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "my_agent.py").write_text(
        "from tool_sandbox.roles.unhelpful_agent import UnhelpfulAgent\nclass Mine(UnhelpfulAgent): ...\n"
    )
    monkeypatch.chdir(tmp_path)
    assert exit_code(["run", "-a", "my_agent.py:Mine", "-u", "oracle", "-s", "switch_wifi_off"]) == 0
    directory = run_directory(tmp_path / "runs")
    assert directory.name.endswith("_my_agent.py-Mine_oracle")
    (directory / "results.jsonl").write_text("")
    monkeypatch.chdir("/")
    assert exit_code(["resume", str(directory)]) == 0


SHELF = """
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.world.schemas import register_namespace

SHELF = register_namespace("SHELF", {"title": "text"})


@register_as_tool()
def put_on_shelf(title: str) -> None:
    get_current_context().add_rows(SHELF, [{"title": title}])
"""
SHELVED = """
- name: shelve_it
  user: {knows: The book is Emma., says: Put Emma away}
  trouble: {put_on_shelf: fail once}
  milestones:
    - {id: shelved, added: {shelf: {title: Emma}}}
    - {id: told, said: Emma is on the shelf., facts: {done: put}}
  solution: [put_on_shelf: {title: Emma}, put_on_shelf: {title: Emma}, say: Emma is on the shelf.]
"""


def test_a_conversation_with_a_table_of_its_own_tools_is_shown_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "shelf.py").write_text(SHELF, encoding="utf-8")
    (tmp_path / "shelf.yaml").write_text(SHELVED, encoding="utf-8")
    sources = ("--scenarios-from", str(tmp_path / "shelf.yaml"), "--tools-from", str(tmp_path / "shelf.py"))
    played = run_apart("run", "-a", "oracle", *sources, "--presentations", "plain", "-o", str(tmp_path / "runs"))
    assert played.returncode == 0, played.stderr
    shown = run_apart("view", str(run_directory(tmp_path / "runs")), "shelve_it")
    assert shown.returncode == 0, shown.stderr
    assert "~ put_on_shelf: fail once" in shown.stdout
    assert "✓ shelved 1.00" in shown.stdout
