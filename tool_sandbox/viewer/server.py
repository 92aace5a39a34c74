"""The pages of runs, served on this machine: the same as in a report, and live while a run lasts."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Any

from attrs import frozen
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tool_sandbox.access import Guard, refusal
from tool_sandbox.common.visible_text import visible
from tool_sandbox.errors import ToolSandboxError
from tool_sandbox.threads import DaemonThreads
from tool_sandbox.viewer.data.rows import COLUMNS
from tool_sandbox.viewer.data.samples import sample_data
from tool_sandbox.viewer.groups import groups
from tool_sandbox.viewer.library import RunLibrary, in_order
from tool_sandbox.viewer.overview import Overview
from tool_sandbox.viewer.pages import MODULES, asset, fragment, page, served_policy
from tool_sandbox.viewer.search import Indexer

if TYPE_CHECKING:
    from tool_sandbox.runs.run_result import RunResult
    from tool_sandbox.runs.stored_sample import StoredSample

MOST_ROWS = 1000
"""So many rows are given at once."""
FEW = 1000
"""Of so many samples the overview is worked out before the first page is given."""
TOKEN = "token"  # noqa: S105 -- what the parameter is called
_COOKIE = "tool_sandbox_token"
_SECONDS_BETWEEN_LOOKS = 1.0
_TYPES = {"css": "text/css", "js": "text/javascript"}


def application(library: RunLibrary, *, title: str, token: str | None = None, few: int = FEW) -> Starlette:
    """The pages of runs as an ASGI application.

    Args:
        library: The runs.
        title: Of the page.
        token: What who asks from elsewhere has to know; without one, only requests to this machine's own names are
            answered.
        few: Of more samples the overview, which takes seconds then, comes after the first page.
    """
    pages = _Pages(library, title, few)
    routes = [
        Route("/", pages.start),
        Route("/overview", pages.overview),
        Route("/assets/{name}.{kind}", _asset),
        Route("/api/samples", pages.samples),
        Route("/api/groups", pages.groups),
        Route("/api/sample", pages.sample),
        Route("/api/calls", pages.calls),
        Route("/api/scenario", pages.scenario),
        Route("/api/events", pages.events),
    ]
    middleware = [_guard(token), Middleware(GZipMiddleware, minimum_size=1000)]
    handlers: Mapping[Any, Any] = {ToolSandboxError: _told, HTTPException: _refused}
    return Starlette(routes=routes, middleware=middleware, exception_handlers=handlers, lifespan=pages.lifespan)


@frozen
class _Made:
    """What takes a while to make, of the runs as they were at one time."""

    runs: Mapping[str, RunResult]
    page: str
    overview: str


class _Pages:
    """What is answered."""

    def __init__(self, library: RunLibrary, title: str, few: int) -> None:
        self._library, self._title, self._few = library, title, few
        self._background = DaemonThreads(1, "pages")
        self._indexer = Indexer(self._background)
        self._drafting = threading.Lock()
        self._lock = threading.Lock()
        self._awaiting = self._page(None, library.runs())
        self._made: _Made | None = None

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Work out what takes a while in the background, one thing after the other, as long as pages are served."""
        self._background.submit(self._made_now)  # what it raises is told to who asks for it
        for name, run in self._library.runs().items():
            self._indexer.index(name, run)
        yield
        self._background.shutdown(wait=False, cancel_futures=True)
        self._indexer.close()

    def start(self, _request: Request) -> Response:
        """The page, with the overview as far as that is there or takes no time; it asks for the rest itself."""
        runs, made = self._library.runs(), self._made
        if made is not None and not _have_grown(made.runs, runs):
            return HTMLResponse(made.page)
        few = _samples(runs) <= self._few
        return HTMLResponse(self._page(Overview.of(runs, charts=False), runs) if few else self._awaiting)

    def overview(self, _request: Request) -> Response:
        """The part of the page that says what the runs came to, as it is now."""
        return HTMLResponse(self._made_now().overview)

    def samples(self, request: Request) -> Response:
        """Some rows of the list: filtered, searched and sorted."""
        asked = request.query_params
        rows = self._chosen(request)
        offset, limit = _count(asked.get("offset"), 0), min(_count(asked.get("limit"), MOST_ROWS), MOST_ROWS)
        shown = in_order(rows, asked.get("sort", ""))[offset : offset + limit]
        return _json({"total": len(rows), "columns": list(COLUMNS), "rows": shown})

    def groups(self, request: Request) -> Response:
        """What took points in the rows of a list."""
        return _json(groups(self._chosen(request), list(COLUMNS), request.query_params.get("group", "")))

    def sample(self, request: Request) -> Response:
        """One sample with its conversation."""
        run, sample = self._asked_sample(request)
        told = self._library.explained(run, sample)
        return _json(sample_data(sample, told.explanation, told.scenario, note=told.note))

    def calls(self, request: Request) -> Response:
        """What models were asked for a sample, and what they answered."""
        run, sample = self._asked_sample(request)
        return _json(self._library.calls(run, sample))

    def scenario(self, request: Request) -> Response:
        """A sample as a scenario to begin with; one after the other, as drafts are proved."""
        from tool_sandbox.runs.scenario_of_sample import scenario_text  # with all that makes scenarios

        run, sample = self._asked_sample(request)
        with self._drafting:
            return _json({"text": scenario_text(self._library.explained(run, sample))})

    async def events(self, request: Request) -> Response:
        """A word whenever a run has grown, also since the page that asks was made, which says how many it knows."""
        before = await run_in_threadpool(self._library.runs)
        known = _count(request.query_params.get("samples"), _samples(before))
        return StreamingResponse(self._changes(request, before, known), media_type="text/event-stream")

    async def _changes(self, request: Request, before: Mapping[str, RunResult], known: int) -> AsyncIterator[str]:
        yield ": listening\n\n" if known == _samples(before) else _grown(before)
        while not await request.is_disconnected():
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
            runs = await run_in_threadpool(self._library.runs)
            if _have_grown(before, runs):
                before = runs
                for name, run in runs.items():
                    self._indexer.index(name, run)
                yield _grown(runs)

    def _chosen(self, request: Request) -> Sequence[Sequence[Any]]:
        """The rows that match a filter, and whose messages say something."""
        asked = request.query_params
        rows = self._library.rows(asked.get("where", ""))
        search = asked.get("search", "").strip()
        return self._saying(rows, search) if search else rows

    def _asked_sample(self, request: Request) -> tuple[str, StoredSample]:
        asked = request.query_params
        run, name, trial = asked.get("run", ""), asked.get("name", ""), _count(asked.get("trial"), 0)
        sample = self._library.sample(run, name, trial)
        if sample is None:
            raise HTTPException(404, f"There is no sample {name!r} #{trial} in {run!r}.")
        return run, sample

    def _made_now(self) -> _Made:
        """What is made of the runs as they are now, once until one has grown."""
        with self._lock:
            runs = self._library.runs()
            if self._made is None or _have_grown(self._made.runs, runs):
                overview = Overview.of(runs)
                self._made = _Made(runs, self._page(overview, runs), fragment(overview, title=self._title))
            return self._made

    def _page(self, overview: Overview | None, runs: Mapping[str, RunResult]) -> str:
        version = metadata.version("tool_sandbox")
        return page(overview, runs=len(runs), samples=_samples(runs), title=self._title, version=version)

    def _saying(self, rows: Sequence[Sequence[Any]], words: str) -> list[Sequence[Any]]:
        run, name, trial = (list(COLUMNS).index(column) for column in ("run", "name", "trial"))
        found = {
            each: {(visible(name), trial) for name, trial in self._indexer.samples(each, words)}
            for each in {row[run] for row in rows}
        }
        return [row for row in rows if (row[name], row[trial]) in found[row[run]]]


def _have_grown(before: Mapping[str, RunResult], now: Mapping[str, RunResult]) -> bool:
    """Whether a run was read again, which the library does when it has grown."""
    return any(now[name] is not run for name, run in before.items())


def _samples(runs: Mapping[str, RunResult]) -> int:
    return sum(map(len, runs.values()))


def _grown(runs: Mapping[str, RunResult]) -> str:
    return f"event: grown\ndata: {json.dumps({name: len(run) for name, run in runs.items()})}\n\n"


def _json(data: Any, *, status: int = 200) -> Response:
    """Data as JSON, which may hold halves of characters: in UTF-8 these cannot be written, so all is in ASCII."""
    return Response(json.dumps(data, separators=(",", ":")), status_code=status, media_type="application/json")


def _count(value: str | None, otherwise: int) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 10 else otherwise  # noqa: PLR2004 -- no number at all


def _asset(request: Request) -> Response:
    name, kind = request.path_params["name"], request.path_params["kind"]
    if (name, kind) != ("style", "css") and not (kind == "js" and name in MODULES):
        return PlainTextResponse("There is no such file.", status_code=404)
    return Response(asset(f"{name}.{kind}"), media_type=_TYPES[kind])


def _told(_request: Request, error: Exception) -> Response:
    return _json({"error": str(error)}, status=400)


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _json({"error": error.detail}, status=error.status_code)


def _guard(token: str | None) -> Middleware:
    """Answers this machine alone, or who knows the token; and says what the page may do."""
    return Middleware(Guard, refused=partial(_turned_away, token=token), headers=partial(_headers, token=token))


def _turned_away(request: Request, token: str | None) -> Response | None:
    if request.method not in {"GET", "HEAD"}:
        return PlainTextResponse("Only GET is answered here.", status_code=405)
    given = request.query_params.get(TOKEN) or request.cookies.get(_COOKIE) or ""
    remedy = "Open the address that tool_sandbox view printed: it holds a token."
    found = refusal(request.url.hostname or "", given, token, remedy=remedy)
    return None if found is None else PlainTextResponse(found.text, status_code=found.status)


def _headers(request: Request, token: str | None) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": served_policy(),
        "Cache-Control": "no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    if token is not None and request.query_params.get(TOKEN) == token:
        headers["Set-Cookie"] = f"{_COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/"
    return headers
