from __future__ import annotations

import functools
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import define, field

from tests.tools.worlds import small_world
from tests.waiting import HANG
from tool_sandbox import clock
from tool_sandbox.common.execution_context import new_context
from tool_sandbox.tools import rapid_api_search_tools as search
from tool_sandbox.tools.search import services, use_backend
from tool_sandbox.tools.search.rapid_api import ANSWERS_KEPT, KEY_VARIABLE, RapidApiSearch, Reply, fetch_over_http

KEY = "made-up-key"


@define
class Service:
    """A search service on this machine."""

    port: int
    status: int = 200
    body: str = "{}"
    silent: threading.Event | None = None
    requests: list[dict[str, Any]] = field(factory=list)

    def fetch(self, url: str, params: Mapping[str, Any], headers: Mapping[str, str], timeout: float) -> Reply:
        """Send the request here instead of to the service's real host."""
        local = f"http://127.0.0.1:{self.port}{urlsplit(url).path}"
        return fetch_over_http(local, params, headers, timeout)


class Handler(BaseHTTPRequestHandler):
    def __init__(self, service: Service, *args: Any) -> None:
        self.service = service
        super().__init__(*args)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.service.requests.append({"path": parts.path, "query": query, "headers": dict(self.headers)})
        if self.service.silent:
            self.service.silent.wait(HANG)
            return
        self.send_response(self.service.status)
        self.end_headers()
        self.wfile.write(self.service.body.encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class calls it so
        """Keep quiet."""


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service(0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, service))
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    with new_context(small_world()), clock.use(clock.Clock(1_750_000_000.0)):
        yield service
    if service.silent:
        service.silent.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_search_reaches_the_service_with_the_key(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPID_API_KEY", KEY)
    service.body = json.dumps({"result": {"convertedAmount": 4.5}})
    with use_backend(RapidApiSearch(fetch=service.fetch)):
        assert search.convert_currency(5, "USD", "EUR") == 4.5
    [request] = service.requests
    assert request["path"] == "/api/v1/convert"
    assert request["query"] == {"from": "USD", "to": "EUR", "amount": "5"}
    headers = {name.lower(): value for name, value in request["headers"].items()}
    assert headers["x-rapidapi-key"] == KEY
    assert headers["x-rapidapi-host"] == "currency-converter18.p.rapidapi.com"


def test_without_a_key_nothing_is_asked_and_the_variable_is_named(service: Service) -> None:
    with use_backend(RapidApiSearch(fetch=service.fetch)), pytest.raises(PermissionError, match="RAPID_API_KEY"):
        search.search_stock("AAPL")
    assert service.requests == []


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_refusal_is_not_mistaken_for_nothing_found(service: Service, status: int) -> None:
    service.status, service.body = status, json.dumps({"message": f"no access for {KEY}"})
    with use_backend(RapidApiSearch(key=KEY, fetch=service.fetch)):
        with pytest.raises(ConnectionError, match=str(status)) as caught:
            search.search_stock("AAPL")
        service.status, service.body = 200, json.dumps({"data": {"stock": [{"symbol": "A:B"}]}})
        assert search.search_stock("AAPL") == {"symbol": "A"}
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("body", ["<html>busy</html>", "", "[1, 2]", "null"])
def test_an_answer_that_is_no_json_object_is_a_connection_error(service: Service, body: str) -> None:
    service.body = body
    with (
        use_backend(RapidApiSearch(key=KEY, fetch=service.fetch)),
        pytest.raises(ConnectionError, match=r"finance-data.*JSON"),
    ):
        search.search_stock("AAPL")


def test_a_service_that_keeps_silent_is_given_up(service: Service) -> None:
    service.silent = threading.Event()
    with (
        use_backend(RapidApiSearch(key=KEY, timeout=0.2, fetch=service.fetch)),
        pytest.raises(ConnectionError, match="Timeout"),
    ):
        search.search_stock("AAPL")


def test_the_same_question_at_the_same_instant_is_asked_once(service: Service) -> None:
    service.body = json.dumps({"data": {"stock": [{"symbol": "A:B"}]}})
    backend = RapidApiSearch(key=KEY, fetch=service.fetch)
    with use_backend(backend):
        first, second = search.search_stock("AAPL"), search.search_stock("AAPL")
        assert first == second
        assert first is not second
        search.search_stock("MSFT")
        with clock.use(clock.Clock(1_750_000_001.0)):
            search.search_stock("AAPL")
    assert [request["query"]["query"] for request in service.requests] == ["AAPL", "MSFT", "AAPL"]


def test_only_so_many_answers_are_kept() -> None:
    asked: list[Any] = []

    def fetch(url: str, params: Mapping[str, Any], headers: Mapping[str, str], timeout: float) -> Reply:
        asked.append(params["query"])
        return Reply(200, "{}")

    backend = RapidApiSearch(key=KEY, fetch=fetch)
    with clock.use(clock.Clock(0.0)):
        for number in range(ANSWERS_KEPT + 1):
            backend.get("https://x.example/", {"query": number}, {})
        backend.get("https://x.example/", {"query": ANSWERS_KEPT}, {})
        backend.get("https://x.example/", {"query": 0}, {})
    assert len(asked) == ANSWERS_KEPT + 2


def test_the_key_is_never_shown() -> None:
    assert KEY not in repr(RapidApiSearch(key=KEY))


SEARCHES: dict[str, Callable[[], object]] = {
    "search_location_around_lat_lon": lambda: search.search_location_around_lat_lon("cafe", 1.0, 2.0),
    "search_lat_lon": lambda: search.search_lat_lon(1.0, 2.0),
    "search_weather_around_lat_lon": lambda: search.search_weather_around_lat_lon(0, 1.0, 2.0),
    "search_stock": lambda: search.search_stock("AAPL"),
    "convert_currency": lambda: search.convert_currency(1, "USD", "EUR"),
}


def test_the_documentation_names_the_subscription_and_the_host_of_every_search() -> None:
    page = (Path(__file__).parents[3] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| `(\S+\.rapidapi\.com)` \|$", page, re.MULTILINE)
    every = [each for each in vars(services).values() if isinstance(each, services.Service)]
    assert sorted((name, host) for _, name, host in rows) == sorted((each.name, each.host) for each in every)
    assert sorted(tool for tool, _, _ in rows) == sorted(SEARCHES)
    assert KEY_VARIABLE in page
    for tool, _, host in rows:
        backend = RapidApiSearch(key=KEY, fetch=refuse)
        with new_context(small_world()), use_backend(backend), pytest.raises(ConnectionError, match=re.escape(host)):
            SEARCHES[tool]()


def refuse(url: str, params: Mapping[str, Any], headers: Mapping[str, str], timeout: float) -> Reply:
    return Reply(403, "{}")
