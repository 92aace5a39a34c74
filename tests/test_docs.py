"""What the documentation says is so: its code runs, its commands exist, its transcripts are what they print."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from attrs import fields, frozen
from typer.main import get_command

import tool_sandbox as ts
from tests.cli.command import openai_server
from tests.examples.packs import install_library
from tests.forking_program import PROGRAM, ForkingProgram, forking_program
from tests.waiting import HANG
from tool_sandbox.cli import config as run_config
from tool_sandbox.cli import legacy
from tool_sandbox.cli.app import app
from tool_sandbox.cli.arguments import spread
from tool_sandbox.llm.config import LiteLLMConfig
from tool_sandbox.llm.layers.cache.settings import CacheSettings
from tool_sandbox.llm.layers.prompted_tools.formats import FORMATS
from tool_sandbox.llm.local.models import local_models
from tool_sandbox.llm.providers import PROVIDERS, provider_name
from tool_sandbox.llm.routing.option_kinds import STRATEGIES, RouterOptions
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.scenarios.language.checks import MATCHES, WrittenMinefield
from tool_sandbox.scenarios.language.entries import Entry, User
from tool_sandbox.testing.names import OPTIONS

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
IDS = [page.name for page in PAGES]
FLAGS_OF_OTHERS = {"--enable-auto-tool-choice", "--tool-call-parser", "--jinja", "--upgrade", "--test", "--no-deps"} | {
    *("--lf", "--junit-xml", "--maxfail", "--tool-sandbox"),
    *("--head", "--address", "--node-ip-address", "--port", "--num-cpus"),
    *(f"{prefix}{name.replace('_', '-')}" for name in OPTIONS for prefix in ("--", "--tool-sandbox-")),
}
"""Flags that pages name and that belong to other programs, such as ``dev.py lock``, pip, pytest and Ray."""
ELISION = "…"
NOT_RUN = re.compile(r"<!-- not run: .+ -->")
KEYS = dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_API_KEY"), "made-up")


@frozen
class Block:
    """A fenced block of a page."""

    language: str
    text: str
    is_run: bool = True

    @property
    def file(self) -> str | None:
        """The name in a first line such as ``# garden.yaml``: readers are to save the block under it."""
        named = re.match(r"# ([\w.]+\.(?:py|yaml))\n", self.text)
        return named[1] if named else None


@frozen
class Command:
    """A command of a transcript and what it printed."""

    line: str
    output: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line, comments=True)


def blocks(page: Path) -> Iterator[Block]:
    found = re.finditer(
        r"(?:^(<!-- [^\n]+ -->)\n)?^```(\w+)\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    for match in found:
        yield Block(match[2], match[3], not (match[1] and NOT_RUN.fullmatch(match[1])))


def transcript(block: Block) -> list[Command]:
    """The commands of a block; in one without prompts every line is a command."""
    text = block.text.replace("\\\n", " ")
    if block.language == "sh":
        return [Command(line, ()) for line in text.splitlines() if line]
    _, *parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    return [Command(line, tuple(output)) for line, *output in (part.splitlines() for part in parts)]


def commands(page: Path) -> list[Command]:
    found = [command for block in blocks(page) if block.language in {"sh", "console"} for command in transcript(block)]
    indented = re.findall(
        r"^ {4}(\S.*)$", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL), re.MULTILINE
    )
    inline = re.findall(rf"`({PROGRAM} [^`]+)`", page.read_text("utf-8"))
    return found + [Command(line, ()) for line in (*indented, *inline)]


def calls_of_ours(page: Path) -> list[list[str]]:
    """The arguments of every call of the program on a page."""
    found = []
    for command in commands(page):
        before, program, after = command.line.partition(f"{PROGRAM} ")
        if program and (not before or before.endswith("/")):
            found.append(shlex.split(after.split(" | ")[0], comments=True))
    return found


def every_flag() -> set[str]:
    group: Any = get_command(app)
    of_commands = {
        flag for command in (group, *group.commands.values()) for option in command.params for flag in option.opts
    }
    return of_commands | {flag for action in legacy._parser()._actions for flag in action.option_strings}


def environment(**more: str) -> dict[str, str]:
    ours = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "PYTHONUTF8": "1"}  # whatever the host's locale is
    only_ours = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "tool_sandbox.pytest_plugin", "CI": ""}
    return {**os.environ, **KEYS, **ours, **only_ours, **more}


def seen(lines: Iterator[str] | list[str]) -> list[str]:
    """The lines without what differs from run to run."""
    quiet = (re.sub(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d", "<time>", line).rstrip() for line in lines)
    quiet = (re.sub(r"\d+\.\d s:", "<seconds> s:", line) for line in quiet)
    quiet = (re.sub(r"\d+\.\d MB", "<size> MB", line) for line in quiet)
    quiet = (re.sub(r"checked in [\d,]+ plays?", "checked in <number> plays", line) for line in quiet)
    quiet = (re.sub(r"(there is no scenario '\w+'; did you mean '\w+').*", r"\1", line) for line in quiet)
    return [line for line in quiet if line and not re.match(r"\d\d:\d\d:\d\d ", line)]


@pytest.fixture(scope="module")
def ours() -> Iterator[ForkingProgram]:
    with forking_program(environment()) as program:
        yield program


def printed_by(command: Command, folder: Path, ours: ForkingProgram) -> list[str]:
    """What a command prints, errors last; in the documentation no path of a machine is shown."""
    program, *arguments = command.words
    without_keys = {name: value for name, value in environment().items() if name not in KEYS}
    if program == PROGRAM:
        done = ours(arguments, folder, without_keys)
    else:
        done = subprocess.run(
            [sys.executable, "-m", program, *arguments],
            capture_output=True,
            encoding="utf-8",
            cwd=folder,
            env=without_keys,
            timeout=HANG,
            check=False,
        )
    return [*done.stdout.splitlines(), *done.stderr.splitlines()]


def agrees(shown: list[str], printed: list[str]) -> bool:
    """Whether the printed lines are those shown; a line ``…`` stands for any number of them."""
    if ELISION not in shown:
        return shown == printed
    pattern = "\n".join("*" if line == ELISION else re.sub(r"([*?\[])", r"[\1]", line) for line in shown)
    return fnmatchcase("\n".join(printed), pattern) or fnmatchcase("\n".join(["", *printed, ""]), pattern)


def run_python(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env=environment(**variables),
        timeout=HANG,
        check=False,
    )


def save_files(page: Path, folder: Path) -> None:
    if page.name == "packs.md":
        install_library(folder)
    for block in blocks(page):
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_python_runs_as_a_reader_types_it(page: Path, tmp_path: Path) -> None:
    save_files(page, tmp_path)
    run = [block for block in blocks(page) if block.language == "python" and block.is_run and not block.file]
    done = run_python("-c", "\n".join(block.text for block in run), folder=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_python_prints_what_is_shown(page: Path, tmp_path: Path) -> None:
    session = "\n".join(block.text for block in blocks(page) if block.language == "pycon")
    (tmp_path / "session.txt").write_text(session, encoding="utf-8")
    done = run_python("-m", "doctest", "session.txt", folder=tmp_path)
    assert (done.stdout, done.stderr) == ("", "")


def test_the_first_lines_for_python_test_a_model(tmp_path: Path) -> None:
    python, own = ([b.text for b in blocks(ROOT / "docs" / f"{name}.md")] for name in ("python", "own-agent"))
    own_class = next(text for text in own if "class MyAgent" in text)
    few = python[0].replace('"text_*"', '"text_plumber_with_cellular_off"')  # 3 samples instead of 144
    with openai_server("--solve") as url:
        code = f"import tool_sandbox as ts\n{own_class}\n{few}"
        cache = str(tmp_path)  # where the answers are kept
        done = run_python("-c", code, folder=tmp_path, OPENAI_BASE_URL=url, XDG_CACHE_HOME=cache)
    assert few != python[0]
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_transcripts_are_what_the_commands_print(page: Path, tmp_path: Path, ours: ForkingProgram) -> None:
    save_files(page, tmp_path)
    for block in blocks(page):
        for command in transcript(block) if block.language == "console" and block.is_run else []:
            printed, shown = seen(printed_by(command, tmp_path, ours)), seen(list(command.output))
            assert agrees(shown, printed), "\n".join([f"$ {command.line}", *printed])


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_yaml_is_read_by_what_it_is_written_for(page: Path, tmp_path: Path) -> None:
    save_files(page, tmp_path)
    calls = calls_of_ours(page)
    checked = {word for call in calls if call[0] == "check" for word in call}
    settings = {"run.yaml", *(file for call in calls for flag, file in pairwise(call) if flag == "--config")}
    for block in blocks(page):
        if block.language != "yaml":
            continue
        assert block.file, f"a YAML block of {page.name} does not say how the file is called: {block.text[:80]!r}"
        if block.file in settings:
            assert run_config.settings_from({}, config=str(tmp_path / block.file), environment={})
        elif block.file == "config.yaml":
            assert LiteLLMConfig.from_proxy_config(tmp_path / block.file, KEYS)["model_list"]
        else:
            assert block.file in checked, f"{block.file} is not proved by a transcript of 'check'"


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_commands_are_ones_the_program_understands(page: Path) -> None:
    group: Any = get_command(app)
    for arguments in calls_of_ours(page):
        if legacy.is_legacy(arguments):
            legacy._parser().parse_args(arguments)
            continue
        name, *rest = arguments
        assert name in {*group.commands, "COMMAND"}, f"{page.name}: there is no command {name!r}"
        if rest and name in group.commands:
            group.commands[name].make_context(name, spread(rest))


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_flags_exist(page: Path) -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", page.read_text("utf-8")))
    assert named <= every_flag() | FLAGS_OF_OTHERS | {"--help"}


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_no_path_of_a_machine_is_shown(page: Path) -> None:
    assert not re.findall(r"(?<![\w./])/(?:home|Users|root|tmp|work|mnt)/\S*", page.read_text("utf-8"))


def test_the_reference_has_everything_that_the_package_offers() -> None:
    documented = re.findall(r"^::: tool_sandbox\.(\w+)$", (ROOT / "docs/reference.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(documented) == ts.__all__


def test_every_command_and_flag_is_described() -> None:
    group: Any = get_command(app)
    page = (ROOT / "docs/command-line.md").read_text("utf-8")
    assert [name for name in group.commands if f"`{name}`" not in page] == []
    options = [option for option in group.commands["run"].params if option.name != "help"]
    assert [option.name for option in options if not any(f"`{flag}" in page for flag in option.opts)] == []


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("command-line.md", [name for name in RunSettings.names() if name != "agent_rules"]),
        ("command-line.md", [each.name for each in fields(SampleResult)]),
        ("providers.md", [name for each in PROVIDERS for name in (*each.keys, *each.bases, *each.tokens)]),
        ("providers.md", [provider.name for provider in PROVIDERS]),
        ("routing.md", [each.name for each in fields(CacheSettings)]),
        ("routing.md", [*STRATEGIES, *RouterOptions.model_fields]),
        ("models.md", [*FORMATS, *(f"local:{name}" for name in local_models())]),
        ("scenarios.md", [*MATCHES, *(key for each in (Entry, User, WrittenMinefield) for key in each.known_keys())]),
    ],
)
def test_every_key_is_described(page: str, names: list[str]) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    assert [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)] == []


def test_every_provider_has_an_example_that_names_a_model_of_it() -> None:
    named = [call[call.index("-a") + 1] for call in calls_of_ours(ROOT / "docs" / "providers.md") if "-a" in call]
    assert [provider_name(model) for model in named] == [provider.name for provider in PROVIDERS]


def test_the_table_of_flags_is_complete_and_gives_the_defaults() -> None:
    lines = (ROOT / "docs" / "command-line.md").read_text("utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line.startswith("| `-")]
    table = {flag: row[-1].strip(" |`") for row in rows for flag in re.findall(r"--?[a-z][\w-]*", row[0])}
    for attribute in fields(RunSettings):
        option = RunSettings.options().get(attribute.name)
        if option is None or not option.spellings:
            continue
        assert option.flag in table
        if isinstance(attribute.default, str | int | float) and not isinstance(attribute.default, bool):
            assert table[option.flag] == f"{attribute.default}".removesuffix(".0")


def test_every_setting_of_a_model_is_described_with_its_default() -> None:
    text = (ROOT / "docs/models.md").read_text("utf-8")
    described = re.findall(r"`([\w*]+)`", text)
    names = [each.name for each in fields(ModelSettings) if each.name != "explicit"]
    assert [name for name in names if not any(fnmatchcase(name, pattern) for pattern in described)] == []
    defaults = ModelSettings()
    shown = f"| `temperature` | {defaults.temperature}; ", f"| `max_tokens` | {defaults.max_tokens} |"
    assert all(row in text for row in shown)
    assert f"| `timeout` | {defaults.timeout:g} seconds" in text
    assert f"| `num_retries`, `retry_ceiling` | {defaults.num_retries}; " in text
    assert f"after {defaults.retry_ceiling:g} seconds |" in text
