"""``@pytest.mark.tool_sandbox``: functions that get what playing scenarios came to."""

from __future__ import annotations

import pytest

import tool_sandbox as ts
from tests.cli.command import run_directories
from tests.testing.files import PLUGIN, XDIST, run_of

pytest_plugins = ["pytester"]

BEGINNING = "import pytest\nfrom my_agent import breaks_down, knows_wifi, works\n"
MARK = "@pytest.mark.tool_sandbox(scenarios='shop.yaml', agent=works, user='oracle')\n"


def test_a_function_is_called_for_each_scenario(shop: pytest.Pytester) -> None:
    shop.makepyfile(
        test_shop=BEGINNING
        + MARK
        + """
def test_it(tool_sandbox_result):
    (sample,) = tool_sandbox_result
    assert (sample.similarity, tool_sandbox_result.score) == (1.0, 1.0)
    assert "off now" in sample.conversation[-2].content or "off now" in str(sample.conversation)
"""
    )
    result = shop.runpytest(*PLUGIN, "-v")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["test_shop.py::test_it[[]wifi_off[]] PASSED 1.000 *", "test_shop.py::test_it[[]cellular_off[]] PASSED 1.000 *"]
    )
    assert len(run_of(shop)) == 2


def test_a_function_can_ask_for_the_whole_run(shop: pytest.Pytester) -> None:
    shop.makepyfile(
        test_shop=BEGINNING
        + MARK.replace("works", "knows_wifi, trials=2")
        + """
def test_it(tool_sandbox_run):
    assert {sample.name: sample.similarity for sample in tool_sandbox_run} == {"wifi_off": 1.0, "cellular_off": 0.0}
    assert len(tool_sandbox_run) == 4
    assert tool_sandbox_run.directory.startswith(__file__.rpartition("test_shop")[0])
"""
    )
    shop.runpytest(*PLUGIN).assert_outcomes(passed=1)


def test_where_points_were_lost_stands_below_a_failed_assertion(shop: pytest.Pytester) -> None:
    body = "def test_it(tool_sandbox_result): assert tool_sandbox_result.score > 0.5\n"
    shop.makepyfile(test_shop=BEGINNING + MARK.replace("works", "knows_wifi") + body)
    result = shop.runpytest(*PLUGIN)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["E*assert 0.0 > 0.5", "*- where points were lost -*", "cellular_off #0   0.000   talked, 0 of 1 tools called*"]
    )


def test_what_was_never_scored_is_an_error(shop: pytest.Pytester) -> None:
    body = "def test_it(tool_sandbox_result): assert tool_sandbox_result.score > 0.5\n"
    shop.makepyfile(test_shop=BEGINNING + MARK.replace("works", "breaks_down") + body)
    result = shop.runpytest(*PLUGIN, "-k", "wifi_off")
    result.assert_outcomes(errors=1, deselected=1)
    result.stdout.fnmatch_lines(["void, provider: nobody is there"])


def test_marks_of_a_module_hold_unless_a_function_says_otherwise(shop: pytest.Pytester) -> None:
    shop.makepyfile(
        test_shop=BEGINNING
        + """
pytestmark = pytest.mark.tool_sandbox("shop.yaml", agent=works, user="oracle")
class TestShop:
    @pytest.mark.tool_sandbox(trials=3, scenarios=["shop.yaml", "wifi*"])
    def test_it(self, tool_sandbox_run):
        assert [sample.key for sample in tool_sandbox_run] == [("wifi_off", 0), ("wifi_off", 1), ("wifi_off", 2)]
def test_other(tool_sandbox_run):
    assert len(tool_sandbox_run) == 2
def test_without_scenarios():
    pass
"""
    )
    shop.runpytest(*PLUGIN).assert_outcomes(passed=3)
    assert sorted(len(ts.open_run(each)) for each in run_directories(shop.path / "runs")) == [2, 3]


def test_paths_are_looked_for_beside_the_test(shop: pytest.Pytester) -> None:
    folder = shop.mkdir("checks")
    for name in ("shop.yaml", "my_agent.py"):
        (shop.path / name).rename(folder / name)
    mark = MARK.replace("works", "'my_agent.py:works'")
    body = "def test_it(tool_sandbox_run): assert tool_sandbox_run.score == 1\n"
    (folder / "test_shop.py").write_text("import pytest\n" + mark + body)
    shop.runpytest(*PLUGIN).assert_outcomes(passed=1)


def test_scenarios_tools_and_agents_can_be_objects(shop: pytest.Pytester) -> None:
    shop.makepyfile(
        test_shop=BEGINNING
        + """
import tool_sandbox as ts
@ts.register_as_tool()
def water_plants() -> str:
    "Water the plants."
    return "done"
SCENARIO = '''
- name: water
  user: {knows: The plants are dry., says: Water the plants}
  milestones: [{called: {water_plants: {}}}]
  solution: [water_plants, say: Done.]
'''
import pathlib
pathlib.Path("water.yaml").write_text(SCENARIO)
@pytest.mark.tool_sandbox(ts.load_scenarios("switch_wifi_off"), agent="oracle")
def test_loaded(tool_sandbox_result):
    assert tool_sandbox_result.score == 1
@pytest.mark.tool_sandbox("water.yaml", agent="oracle", tools_from=[water_plants])
def test_tools(tool_sandbox_result):
    assert tool_sandbox_result.score == 1
"""
    )
    shop.runpytest(*PLUGIN, "-v").stdout.fnmatch_lines(
        ["*::test_loaded[[]switch_wifi_off[]] PASSED 1.000*", "*::test_tools[[]water[]] PASSED 1.000*"]
    )


def test_bundled_scenarios_are_named_by_name_and_glob(shop: pytest.Pytester) -> None:
    body = "def test_it(tool_sandbox_run): assert len(tool_sandbox_run) == 2\n"
    mark = "@pytest.mark.tool_sandbox(['switch_wifi_off', 'ticker_symbol_of_compan?'], agent='oracle')\n"
    shop.makepyfile(test_shop=BEGINNING + mark + body)
    shop.runpytest(*PLUGIN).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("scenarios='shop.yaml'", "no agent was named: give one with"),
        ("scenarios='shap.yaml', agent=works", "shap.yaml"),
        ("scenarios='shop.yaml', agent='oracle', trials=0", "trials=0 must be"),
        (
            "scenarios='shop.yaml', agent='oracle', trails=2",
            "'trails' is not a setting of a run; did you mean 'trials'",
        ),
    ],
)
@pytest.mark.parametrize("fixture", ["tool_sandbox_result", "tool_sandbox_run"])
def test_a_mistake_in_a_mark_is_one_line(shop: pytest.Pytester, mark: str, message: str, fixture: str) -> None:
    shop.makepyfile(test_shop=f"{BEGINNING}@pytest.mark.tool_sandbox({mark})\ndef test_it({fixture}): pass\n")
    result = shop.runpytest(*PLUGIN)
    assert result.ret in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.USAGE_ERROR)
    told = [line for line in (*result.outlines, *result.errlines) if message in line]
    assert len(told) == 1
    assert "Traceback" not in result.stdout.str()


def test_a_fixture_without_a_mark_says_what_is_missing(shop: pytest.Pytester) -> None:
    shop.makepyfile(test_shop="def test_it(tool_sandbox_result): pass\n")
    result = shop.runpytest(*PLUGIN)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["it is not said what is played: mark test_it with tool_sandbox(scenarios=…)."])


def test_what_a_mark_leaves_out_is_taken_from_the_options_and_the_file_of_settings(shop: pytest.Pytester) -> None:
    shop.makefile(".yaml", run="agent: my_agent.py:works\nuser: oracle\nscenarios_from: [shop.yaml]")
    shop.makeini("[pytest]\ntool_sandbox_config = run.yaml\ntool_sandbox_trials = 2")
    body = "def test_it(tool_sandbox_run): assert (len(tool_sandbox_run), tool_sandbox_run.score) == (4, 1)\n"
    shop.makepyfile(test_shop=f"import pytest\n@pytest.mark.tool_sandbox\n{body}")
    shop.runpytest(*PLUGIN).assert_outcomes(passed=1)


def test_a_mark_can_name_some_of_the_scenarios_that_it_says_the_source_of(shop: pytest.Pytester) -> None:
    beside = "scenarios=['wifi_off'], scenarios_from='shop.yaml'"
    body = "def test_it(tool_sandbox_run): assert [sample.name for sample in tool_sandbox_run] == ['wifi_off']\n"
    shop.makepyfile(test_shop=BEGINNING + MARK.replace("scenarios='shop.yaml'", beside) + body)
    shop.runpytest(*PLUGIN).assert_outcomes(passed=1)


def test_a_missing_key_of_a_mark_ends_the_tests_before_the_first(shop: pytest.Pytester) -> None:
    body = "def test_it(tool_sandbox_result): pass\ndef test_other(): pass\n"
    shop.makepyfile(test_shop=BEGINNING + MARK.replace("agent=works", "agent='openai/gpt-5'") + body)
    result = shop.runpytest(*PLUGIN)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert [line.partition(":")[2][:14] for line in result.errlines if line] == [" no key for 'o"]


def test_workers_play_what_functions_ask_for_and_tell_at_its_tests_what_is_wrong(shop: pytest.Pytester) -> None:
    keyless = MARK.replace("agent=works", "agent='openai/gpt-5'") + "def test_keyless(tool_sandbox_run): pass\n"
    each = "def test_each(tool_sandbox_result): assert tool_sandbox_result.score == 1\n"
    every = "def test_every(tool_sandbox_run): assert len(tool_sandbox_run) == 2\n"
    shop.makepyfile(test_shop=BEGINNING + MARK + each + MARK + every + keyless)
    result = shop.runpytest(*XDIST, *PLUGIN)

    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["no key for 'openai/gpt-5': looked for *"])
    runs = [ts.open_run(each) for each in run_directories(shop.path / "runs")]
    assert [(len(run), run.score) for run in runs] == [(2, 1.0), (2, 1.0)]
    assert sum("tool_sandbox explain runs" in line for line in result.outlines) == 2
