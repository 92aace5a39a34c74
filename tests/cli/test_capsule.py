"""A run as one file: played again elsewhere it comes to the same scores, and what differs there is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.recording import RECORDED
from tool_sandbox.cli.app import exit_code
from tool_sandbox.runs.capsule.archive import read_archive, write_archive
from tool_sandbox.runs.provenance import versions

SHOP = """
- name: no_wifi
  user: {knows: Nothing., says: Turn off the wifi}
  tools: [set_wifi_status, shout]
  milestones:
    - {id: switched, state: {setting: {wifi: false}}}
  solution:
    - set_wifi_status: {on: false}
    - say: It is off.
"""
TOOLS = """
from neighbour import LOUD
from tool_sandbox.common.utils import register_as_tool
@register_as_tool()
def shout(text: str) -> str:
    '''Say it loudly.

    Args:
        text: What.
    '''
    return LOUD + text
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DIRECT_API_BASE", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)


def contents(capsule: str) -> dict[str, bytes]:
    into = Path(f"{capsule}.contents")
    with Path(capsule).open("rb") as file:
        names = read_archive(file, capsule, into)
    found = {name: (into / name).read_bytes() for name in names}
    shutil.rmtree(into)
    return found


def changed(capsule: str, **files: bytes) -> str:
    """A capsule with other files."""
    written: dict[str, bytes | Path] = {**contents(capsule), **files}
    with Path("changed.tar.zst").open("wb") as file:
        write_archive(file, written)
    return "changed.tar.zst"


def with_record(capsule: str, **changes: Any) -> str:
    record = json.loads(contents(capsule)["run.json"])
    settings = {**record["settings"], **changes.pop("settings", {})}
    return changed(capsule, **{"run.json": json.dumps({**record, **changes, "settings": settings}).encode()})


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join("".join(capsys.readouterr()).split())


@pytest.fixture
def capsule() -> str:
    assert exit_code(["pack", str(RECORDED), "-o", "run.tar.zst"]) == 0
    return "run.tar.zst"


@pytest.fixture
def own(tmp_path: Path) -> str:
    """The capsule of a run with scenarios and tools of a user's own, which are gone by now."""
    suite = tmp_path / "suite"
    suite.mkdir()
    (suite / "shop.yaml").write_text(SHOP)
    (suite / "tools.py").write_text(TOOLS)
    (suite / "neighbour.py").write_text("LOUD = '!'\nfrom credentials import KEY\n")
    (suite / "credentials.py").write_text("KEY = 'sk-abcdefghijklmnop'\n")
    (suite / "unrelated.py").write_text("")
    sources = ["--scenarios-from", "suite/shop.yaml", "--tools-from", "suite/tools.py"]
    assert exit_code(["run", "-a", "oracle", *sources, "--presentations", "plain", "-q", "--name", "own"]) == 0
    (suite / "credentials.py").write_text("KEY = 'sk-abcdefghijklmnop'\n")
    assert exit_code(["pack", "runs/own", "-o", "own.tar.zst"]) == 0
    shutil.rmtree(suite)
    shutil.rmtree("runs")
    return "own.tar.zst"


def test_a_packed_run_comes_to_the_recorded_scores(capsule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["reproduce", capsule]) == 0
    assert "4 of 4 samples came to the recorded scores" in said(capsys)
    assert [path.name for path in Path().iterdir()] == [capsule]


def test_the_same_run_makes_the_same_capsule(capsule: str) -> None:
    assert exit_code(["pack", str(RECORDED), "-o", "again.tar.zst"]) == 0
    assert Path("again.tar.zst").read_bytes() == Path(capsule).read_bytes()


def test_a_run_directory_is_reproduced_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["reproduce", str(RECORDED)]) == 0
    assert "4 of 4 samples" in said(capsys)


def test_a_sample_with_another_score_is_named(capsule: str, capsys: pytest.CaptureFixture[str]) -> None:
    results = contents(capsule)["results.jsonl"].replace(b'"similarity": 0.0', b'"similarity": 0.5')

    assert exit_code(["reproduce", changed(capsule, **{"results.jsonl": results})]) == 4
    out = said(capsys)
    assert "look_up_friends_number_3_distraction_tools_tool_name_scrambled: similarity 0.5 → 0.0" in out
    assert "3 of 4 samples came to the recorded scores" in out


def test_a_sample_whose_calls_are_not_recorded_is_named(capsule: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = contents(capsule)["calls.jsonl"].splitlines(keepends=True)
    left = [line for line in lines if b'"scenario":"switch_wifi_off"' not in line]

    assert exit_code(["reproduce", changed(capsule, **{"calls.jsonl": b"".join(left)}), "--json"]) == 4
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    (one,) = found["changed"]
    assert (one["name"], found["is_same"], found["samples"]) == ("switch_wifi_off", False, 4)
    assert "no call of this role in this sample is" in one["text"]


def test_what_is_different_here_is_named(capsule: str, capsys: pytest.CaptureFixture[str]) -> None:
    results = contents(capsule)["results.jsonl"].splitlines()
    first = {**json.loads(results[0]), "digest": "0123456789abcdef"}
    calls = [json.loads(line) for line in contents(capsule)["calls.jsonl"].splitlines()]
    for call in calls:
        call["response"]["cost"] = 0.25
    other = changed(
        with_record(
            capsule,
            versions={**versions(), "polars": "0.1", "ancient": "7"},
            settings={"params": {"prices": {"input_per_million": 0, "output_per_million": 1000000}}},
        ),
        **{"results.jsonl": b"\n".join([json.dumps(first).encode(), *results[1:]])},
        **{"calls.jsonl": b"".join(json.dumps(call).encode() + b"\n" for call in calls)},
    )

    assert exit_code(["reproduce", other]) == 0
    out = said(capsys)
    assert f"different here: polars: 0.1 → {versions()['polars']}" in out
    assert "different here: ancient: 7 → none" in out
    assert f"different here: scenario {first['name']}: 0123456789abcdef → " in out
    tokens = sum(call["response"]["usage"]["completion_tokens"] for call in calls)
    assert f"price of {len(calls)} calls of direct:model: {0.25 * len(calls):.6f} USD → {tokens:.6f} USD" in out


def test_a_setting_that_the_run_did_not_know_is_named(capsule: str, capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads(contents(capsule)["run.json"])
    del record["settings"]["strict_user"], record["settings"]["temperature"]

    assert exit_code(["reproduce", changed(capsule, **{"run.json": json.dumps(record).encode()})]) == 0
    out = said(capsys)
    assert "different here: setting strict_user: not recorded → False" in out
    assert "temperature" not in out, "it is not set here either"


def test_scenarios_and_tools_of_ones_own_go_along_but_for_keys(own: str, capsys: pytest.CaptureFixture[str]) -> None:
    files = contents(own)
    assert json.loads(files["capsule.json"])["left_out"] == ["credentials.py, because it seems to hold a key"]
    assert exit_code(["reproduce", own, "--trust"]) == 2
    assert "not in the capsule: credentials.py, because it seems to hold a key" in said(capsys)

    assert {name.rpartition("/")[2] for name in files if name.startswith("sources/")} == {
        "shop.yaml",
        "tools.py",
        "neighbour.py",
    }
    assert not [name for name, content in files.items() if b"abcdefghijklmnop" in content]


def test_code_of_somebody_else_runs_only_for_those_who_trust_it(own: str, capsys: pytest.CaptureFixture[str]) -> None:
    name = next(name for name in contents(own) if name.endswith("neighbour.py"))
    whole = changed(own, **{name: b"from pathlib import Path\nPath('ran').touch()\nLOUD = '!'\n"})

    assert exit_code(["reproduce", whole]) == 2
    assert "give --trust" in said(capsys)
    assert not Path("ran").exists()
    assert exit_code(["reproduce", whole, "--trust"]) == 0
    assert "1 of 1 sample came to the recorded scores" in said(capsys)
    assert Path("ran").exists()


@pytest.mark.parametrize(
    "settings",
    [
        {"tools_from": ["{capsule}/trajectories/evil.py"]},
        {"tools_from": ["{capsule}/sources/../trajectories/evil.py"]},
        {"agent": "{capsule}/trajectories/evil.py:Agent"},
        {"agent_rules": [{"pattern": "*", "agent": "{capsule}/trajectories/evil.py:Agent"}]},
        {"scenarios_from": ["antigravity"]},
        {"router_config": "/etc/passwd"},
    ],
    ids=["beside the sources", "above the sources", "agent", "rule", "module", "router"],
)
def test_nothing_that_settings_name_is_run_untrusted(
    capsule: str, settings: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    evil = {"trajectories/evil.py": b"from pathlib import Path\nPath('ran').touch()\n"}

    assert exit_code(["reproduce", changed(with_record(capsule, settings=settings), **evil)]) == 2
    assert "give --trust" in said(capsys)
    assert not Path("ran").exists()


def test_no_folder_of_this_machine_is_in_a_capsule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(RECORDED, "copy")
    results = Path("copy/results.jsonl")
    lines = results.read_text(encoding="utf-8").splitlines()
    void = {**json.loads(lines[0]), "status": "void", "traceback": f'File "{tmp_path}/agent.py" and {Path.home()}/x.py'}
    results.write_text("\n".join([json.dumps(void), *lines[1:]]), encoding="utf-8")

    assert exit_code(["pack", "copy", "-o", "run.tar.zst"]) == 0
    packed = contents("run.tar.zst")
    assert b'File \\"./agent.py\\" and ~/x.py' in packed["results.jsonl"]
    assert not [name for name, content in packed.items() if str(tmp_path).encode() in content]
    assert exit_code(["reproduce", "run.tar.zst"]) == 0
    assert "1 sample without a recorded score left out" in said(capsys)


def test_a_file_is_written_over_only_when_asked(capsule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["pack", str(RECORDED), "-o", capsule]) == 2
    assert "or write over it with --force" in said(capsys)
    assert exit_code(["pack", str(RECORDED), "-o", capsule, "--force"]) == 0


def test_what_is_no_capsule_says_so(capsule: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("text").write_text("text")
    schema = changed(capsule, **{"capsule.json": b'{"schema": 99}'})
    for location, told in [
        ("text", "is not a file that 'tool_sandbox pack' wrote"),
        ("nowhere", "there is neither a file nor a directory 'nowhere'"),
        (schema, "is a capsule of schema 99; this version reads 1"),
    ]:
        assert exit_code(["reproduce", location]) == 2
        assert told in said(capsys)


def test_a_run_without_a_result_is_not_packed(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(RECORDED, "copy")
    Path("copy/results.jsonl").unlink()

    assert exit_code(["pack", "copy", "-o", "run.tar.zst"]) == 2
    assert "has no finished sample" in said(capsys)
    assert not Path("run.tar.zst").exists()
