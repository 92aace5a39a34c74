"""Served pages: what they answer, to whom, and that they follow a run while it lasts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

import tool_sandbox
from tests.viewer.browser import Tab, needs_browser
from tests.viewer.serving import served
from tests.waiting import until
from tool_sandbox.runs.store import RESULTS, SUMMARY
from tool_sandbox.scenarios.library import from_text
from tool_sandbox.viewer.library import RunLibrary
from tool_sandbox.viewer.server import application

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tool_sandbox import RunResult

LOCAL = "http://127.0.0.1"


@pytest.fixture
def directories(runs: dict[str, RunResult], tmp_path: Path) -> list[str]:
    """The runs in directories of their own."""
    return [str(shutil.copytree(str(run.directory), tmp_path / name)) for name, run in runs.items()]


@pytest.fixture
def client(directories: list[str]) -> Iterator[TestClient]:
    with TestClient(application(RunLibrary(directories), title="Two runs"), base_url=LOCAL) as found:
        yield found


def rows(client: TestClient, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/samples", params=asked).json()
    return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]


def test_the_first_page_says_what_the_runs_came_to(client: TestClient) -> None:
    page = client.get("/").text
    assert '<h1 tabindex="-1">Two runs</h1>' in page
    assert "1.000" in page
    assert "The runs against each other" in page
    assert "<h1" in client.get("/overview").text


def test_the_first_page_comes_before_its_charts(directories: list[str]) -> None:
    client = TestClient(application(RunLibrary(directories), title="Two runs"), base_url=LOCAL)  # it is not started
    page = client.get("/").text
    assert "The runs against each other" in page
    assert "The charts are being drawn" in page
    assert "<svg" not in page
    assert "<svg" in client.get("/overview").text
    assert "<svg" in client.get("/").text


def test_of_large_runs_the_first_page_comes_before_the_overview(directories: list[str]) -> None:
    library = RunLibrary(directories)
    pages = application(library, title="Two runs", few=3)  # not started, so that nothing is worked out beforehand
    client = TestClient(pages, base_url=LOCAL)
    page = client.get("/").text
    assert "is being worked out" in page
    assert "The runs against each other" not in page
    assert "The runs against each other" in client.get("/overview").text
    assert "The runs against each other" in client.get("/").text


def test_what_is_not_indexed_yet_is_not_found(directories: list[str]) -> None:
    client = TestClient(application(RunLibrary(directories), title="Two runs"), base_url=LOCAL)  # it is not started
    assert rows(client, search="set_wifi_status") == []


@needs_browser
def test_a_page_without_its_overview_gets_it(directories: list[str], online: Tab) -> None:
    with served(directories, title="Two runs", few=0) as address:
        online.open(address)
        online.page.wait_for_selector("text=The runs against each other")
        assert online.complaints == []


def test_what_a_run_played_is_looked_for_once(directories: list[str], tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    entry = (
        "name: mine, tools: [], user: {knows: Nothing., says: Hi.}, milestones: [{said: Hi.}], solution: [{say: Hi.}]"
    )
    mine.write_text(f"- {{{entry}}}")
    run = tool_sandbox.run("oracle", scenarios_from=[str(mine)], output=tmp_path / "gone", presentations=["plain"])
    library = RunLibrary([str(run.directory)])
    mine.rename(tmp_path / "elsewhere.yaml")
    sample = library.sample("oracle", "mine", 0)
    assert sample is not None
    assert "is what the run recorded" in library.explained("oracle", sample).note
    (tmp_path / "elsewhere.yaml").rename(mine)
    assert "is what the run recorded" in library.explained("oracle", sample).note


def test_samples_are_filtered_sorted_and_given_in_parts(client: TestClient) -> None:
    assert [row["run"] for row in rows(client, where="score = 0")] == ["saboteur"] * 2
    assert [row["name"] for row in rows(client, where="run = oracle", sort="-name")] == [
        "text_boss_by_relationship",
        "switch_wifi_off",
    ]
    assert client.get("/api/samples", params={"limit": 1, "offset": 1}).json()["total"] == 4
    assert len(rows(client, limit=1, offset=1)) == 1


def test_samples_are_found_by_what_was_said(client: TestClient) -> None:
    until(lambda: rows(client, search="set_wifi_status"))
    assert [(row["run"], row["name"]) for row in rows(client, search="set_wifi_status")] == [
        ("oracle", "switch_wifi_off")
    ]


def test_a_filter_that_cannot_be_read_is_refused_in_words(client: TestClient) -> None:
    answer = client.get("/api/samples", params={"where": "scor < 1"})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("'scor' is no column; did you mean 'score'")


def test_a_sample_has_its_conversation_its_world_and_the_order_of_its_milestones(client: TestClient) -> None:
    asked = {"run": "oracle", "name": "text_boss_by_relationship", "trial": "0"}
    sample = client.get("/api/sample", params=asked).json()
    assert next(message["tool"] for message in sample["messages"] if message["kind"] == "call") == "search_contacts"
    assert "messaging" in {table["name"] for table in sample["tables"]}
    assert any(node["after"] for node in sample["milestones"])


def test_a_sample_is_given_as_a_scenario_to_begin_with(client: TestClient) -> None:
    made = client.get("/api/scenario", params={"run": "oracle", "name": "switch_wifi_off", "trial": 0}).json()
    assert list(from_text(made["text"]).scenarios()) == ["switch_wifi_off_played"]


def test_what_took_points_is_grouped_as_the_list_is_filtered(client: TestClient) -> None:
    asked = {"where": "run = saboteur and name ~ wifi", "group": "scenario"}
    found = client.get("/api/groups", params=asked).json()
    assert [(each["name"], each["points"], each["samples"]) for each in found] == [("switch_wifi_off", 1.0, 1)]
    assert client.get("/api/groups", params={"group": "nope"}).status_code == 400


def test_a_sample_that_is_not_there_is_named(client: TestClient) -> None:
    answer = client.get("/api/sample", params={"run": "oracle", "name": "nope", "trial": 0})
    assert answer.status_code == 404
    assert answer.json()["error"] == "There is no sample 'nope' #0 in 'oracle'."


@pytest.mark.parametrize("name", ["/assets/main.js", "/assets/style.css"])
def test_styles_and_modules_are_served(client: TestClient, name: str) -> None:
    assert client.get(name).status_code == 200


@pytest.mark.parametrize("name", ["/assets/nope.js", "/assets/..%2Fpages.py", "/nope"])
def test_nothing_else_is_served(client: TestClient, name: str) -> None:
    assert client.get(name).status_code == 404


def test_only_reading_is_answered(client: TestClient) -> None:
    assert client.post("/api/samples").status_code == 405


@pytest.mark.parametrize("host", ["evil.example", "169.254.169.254", "127.0.0.1.evil.example"])
def test_a_name_from_elsewhere_that_leads_here_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 421


def test_elsewhere_only_who_knows_the_token_is_answered(directories: list[str]) -> None:
    app = application(RunLibrary(directories[:1]), title="One run", token="secret")
    with TestClient(app, base_url="http://192.0.2.7") as client:
        assert client.get("/").status_code == 403
        assert client.get("/", params={"token": "wrong"}).status_code == 403
        assert client.get("/", params={"token": "secret"}).status_code == 200
        assert client.get("/api/samples").status_code == 200  # by the cookie


def test_pages_may_do_nothing_but_run_their_own_scripts(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


# -- in a browser ----------------------------------------------------------------------------------------------------


@pytest.fixture
def address(directories: list[str]) -> Iterator[str]:
    """Where a real server serves the runs."""
    with served(directories, title="Live") as found:
        yield found


@needs_browser
def test_served_pages_show_lists_and_conversations(address: str, online: Tab) -> None:
    online.open(address)
    assert online.text("h1") == "Live"
    online.open(f"{address}#/samples?where=run%20%3D%20saboteur")
    assert online.text(".count") == "2 samples"
    online.page.click("text=text_boss_by_relationship")
    online.page.wait_for_selector(".conversation")
    online.settle()
    assert "search_contacts(" in online.text(".conversation")
    assert online.complaints == []


@needs_browser
def test_a_page_without_its_charts_gets_them(address: str, directories: list[str], online: Tab) -> None:
    client = TestClient(application(RunLibrary(directories), title="Live"), base_url=LOCAL)  # it is not started
    page = client.get("/").text
    assert "<svg" not in page
    online.page.route(address, lambda route: route.fulfill(content_type="text/html", body=page))
    online.open(address)
    online.page.wait_for_selector("figure svg")
    assert "The charts are being drawn" not in online.text("main")
    assert online.complaints == []


@needs_browser
def test_served_pages_put_two_samples_side_by_side(address: str, online: Tab) -> None:
    online.open(f"{address}#/pair/oracle/saboteur/switch_wifi_off/0")
    assert "set_wifi_status(on=False)" in online.text(".turns")
    online.page.click("text=next with other scores")
    online.page.wait_for_selector("h1 >> text=text_boss_by_relationship: oracle and saboteur")
    assert online.complaints == []


@needs_browser
def test_a_sample_is_copied_as_a_scenario(address: str, online: Tab) -> None:
    online.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    online.open(f"{address}#/sample/oracle/switch_wifi_off/0")
    online.page.click("text=Copy as a scenario")
    online.page.wait_for_selector("text=The scenario is copied.")
    assert "name: switch_wifi_off_played" in online.page.evaluate("navigator.clipboard.readText()")
    assert online.complaints == []


@needs_browser
def test_of_very_many_samples_each_has_neighbours_and_paper_holds_the_first(
    directories: list[str], online: Tab
) -> None:
    results = Path(directories[1]) / RESULTS
    (Path(directories[1]) / SUMMARY).unlink()
    record = json.loads(results.read_text("utf-8").splitlines()[0])
    results.write_text("".join(f"{json.dumps(record | {'trial': trial})}\n" for trial in range(1100)), "utf-8")
    with served(directories[1:], title="Many") as address:
        online.open(f"{address}#/sample/saboteur/{record['name']}/1050")
        assert [f"#/sample/saboteur/{record['name']}/{trial}" for trial in (1049, 1051, 1051, 1049)] == [
            link.get_attribute("href") for link in online.page.locator("[data-key]").all()[1:]
        ]
        online.open(f"{address}#/samples")
        online.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        until(lambda: online.page.locator(".rows td.name").count() == 1000)
        assert online.page.text_content(".paper") == "The first 1000 of them are printed."
    assert online.complaints == []


def grow(directory: str) -> None:
    """One more sample in a run that has ended."""
    results = Path(directory) / RESULTS
    (Path(directory) / SUMMARY).unlink()
    record = json.loads(results.read_text("utf-8").splitlines()[0]) | {"trial": 1}
    with results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


@needs_browser
def test_a_page_follows_a_run_while_it_lasts(address: str, directories: list[str], online: Tab) -> None:
    online.open(f"{address}#/samples?where=run%20%3D%20oracle")
    assert online.text(".count") == "2 samples"
    grow(directories[0])
    online.page.wait_for_selector("text=3 samples")
    assert online.complaints == []


@needs_browser
def test_a_list_that_grows_does_not_wait_for_the_overview(address: str, directories: list[str], online: Tab) -> None:
    online.page.route("**/overview", lambda _route: None)  # it is never answered
    online.open(f"{address}#/samples?where=run%20%3D%20oracle")
    grow(directories[0])
    online.page.wait_for_selector("text=3 samples")


@needs_browser
def test_what_grew_between_the_page_and_its_first_question_is_shown(
    address: str, directories: list[str], online: Tab
) -> None:
    def late(route: Route) -> None:
        grow(directories[0])
        route.continue_()

    online.page.route("**/api/events*", late, times=1)
    online.open(f"{address}#/samples?where=run%20%3D%20oracle")
    online.page.wait_for_selector("text=3 samples")
    assert online.complaints == []
