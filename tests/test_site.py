"""The built documentation: nothing is missing in it, and it asks nobody for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from attrs import frozen

from tests import gallery
from tests.test_layers import LAYERS
from tests.viewer.browser import needs_browser, running, tab
from tests.waiting import HANG
from tool_sandbox import llm

ROOT = Path(__file__).resolve().parents[1]
NOT_FETCHED = {"a", "area"}
"""Tags whose address is followed by a person, not by the page."""


@frozen
class Site:
    """What the builder said, and what it made."""

    said: str
    code: int
    folder: Path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        build, capture_output=True, encoding="utf-8", cwd=ROOT, env=environment, timeout=HANG, check=False
    )
    return Site(done.stderr, done.returncode, folder)


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site.folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing about it."""

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 -- the name in the base class
        """Keep still."""


class Fetched(HTMLParser):
    """The addresses that a page fetches by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag points to."""
        if tag not in NOT_FETCHED:
            self.addresses += [value for name, value in attrs if name in {"src", "srcset", "href", "data"} and value]


def fetched(file: Path) -> list[str]:
    """What a page or a stylesheet fetches from elsewhere."""
    text = file.read_text("utf-8")
    if file.suffix == ".css":
        found = re.findall(r"""(?:@import\s+|url\(\s*)["']?([^"')]+)""", text)
    else:
        page = Fetched()
        page.feed(text)
        found = page.addresses
    return [each for each in found if re.match(r"(?:[a-z]+:)?//", each)]


def test_the_site_is_built_without_a_warning(site: Site) -> None:
    assert (site.code, site.said) == (0, "")


def test_no_page_and_no_stylesheet_fetches_anything_from_elsewhere(site: Site) -> None:
    files = [file for ending in ("html", "css") for file in site.folder.rglob(f"*.{ending}")]
    assert len(files) > 10
    assert {file.name: fetched(file) for file in files if fetched(file)} == {}


@pytest.mark.parametrize("code", ['<img src="//x.org/a.png">', '<link rel="stylesheet" href="https://x.org/a.css">'])
def test_what_a_page_would_fetch_is_seen(code: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(code, encoding="utf-8")
    assert fetched(tmp_path / "page.html") != []


def test_what_a_stylesheet_would_fetch_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("@import 'https://x.org/b.css'; a { background: url(//x.org/c.png) }", "utf-8")
    assert fetched(tmp_path / "a.css") == ["https://x.org/b.css", "//x.org/c.png"]


def test_commands_and_code_are_coloured_while_the_site_is_built(site: Site) -> None:
    page = (site.folder / "getting-started" / "index.html").read_text("utf-8")
    assert '<span class="gp">$ </span>' in page


def test_the_drawing_of_the_package_has_every_part_with_what_it_is_for(site: Site) -> None:
    page = (site.folder / "architecture" / "index.html").read_text("utf-8")
    drawing = page[page.index('<ol class="layers">') : page.index("</ol>", page.index('<ol class="layers">'))]
    assert re.findall(r"<code>(\w+)</code>", drawing) == [name for names in reversed(LAYERS) for name in names]
    assert f"<code>llm</code> {(llm.__doc__ or '').splitlines()[0]}" in drawing


def test_the_gallery_shows_what_its_maker_makes_in_small_pictures() -> None:
    page = (ROOT / "docs" / "gallery.md").read_text("utf-8")
    assert re.findall(r"\(gallery/([\w-]+)\.webp\)", page) == list(gallery.SHOWN)
    sizes = {file.stem: file.stat().st_size for file in gallery.FOLDER.iterdir()}
    assert sizes.keys() == set(gallery.SHOWN)
    assert max(sizes.values()) < 80_000


@needs_browser
def test_a_browser_that_reads_searches_and_copies_asks_nobody_else(address: str) -> None:
    with running() as browser, tab(browser, permissions=["clipboard-read", "clipboard-write"]) as found:
        for page in ("/", "/reference/", "/getting-started/"):
            found.page.goto(f"{address}{page}")
        found.page.click(".language-console [data-md-type=copy]")
        copied = found.page.evaluate("navigator.clipboard.readText()")
        found.page.click(".md-search__input")
        found.page.keyboard.type("minefield")
        found.page.wait_for_selector(".md-search-result__item")
    assert copied.strip() == "tool_sandbox run -a oracle -s switch_wifi_off text_plumber_with_cellular_off"
    assert [asked for asked in found.requests if not asked.startswith(address)] == []
    assert found.complaints == []
