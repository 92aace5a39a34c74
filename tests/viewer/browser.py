"""A real browser for pages: Chromium, driven by Playwright, with everything that a page complained about."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, field

from tests.waiting import HANG, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_MILLISECONDS = 1000 * HANG
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: install the package chromium of your system")


HEARING = """
window.heardOf = location.hash;
addEventListener("hashchange", () => { window.heardOf = location.hash; });
"""
"""Notes the address of which the page has heard last; runs before its own scripts."""


@define
class Tab:
    """A page, and what it complained about."""

    page: Page
    complaints: list[str] = field(factory=list)
    requests: list[str] = field(factory=list)
    """Addresses that it asked for, beside its own."""

    def open(self, address: str) -> None:
        """Go to an address and wait until the page has nothing more to do."""
        self.page.goto("about:blank")
        self.page.goto(address)
        self.settle()

    def settle(self) -> None:
        """Wait until what was asked for is shown; a page hears of a new address only after a while."""
        settled = "heardOf === location.hash && !document.body.hasAttribute('aria-busy')"
        until(lambda: self.page.evaluate(settled))

    def text(self, selector: str) -> str:
        """The text of an element."""
        return self.page.inner_text(selector)


@contextmanager
def running() -> Iterator[Browser]:
    """The browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=_MILLISECONDS)
        yield browser
        browser.close()


@contextmanager
def tab(browser: Browser, *, offline: bool = False, **options: Any) -> Iterator[Tab]:
    """A fresh tab: nothing is kept from another one."""
    context = browser.new_context(offline=offline, **options)
    context.set_default_timeout(_MILLISECONDS)
    context.add_init_script(HEARING)
    found = Tab(context.new_page())
    found.page.on("console", lambda message: found.complaints.append(message.text))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on("request", lambda request: found.requests.append(request.url))
    yield found
    context.close()


def address_of(file: Path, place: str = "") -> str:
    """The address of a file, and of a place in it."""
    return f"{file.as_uri()}{place}"
