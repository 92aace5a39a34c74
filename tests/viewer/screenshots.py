"""Pictures of the pages of runs, for builds that keep them and for the documentation.

    python -m tests.viewer.screenshots RUN... -o FOLDER

Each page is taken at the width of a desktop and of a phone, light and dark: ``sample-phone-dark.png``.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.viewer.browser import Tab, address_of, running, tab
from tool_sandbox.analysis.named_runs import named_runs
from tool_sandbox.viewer.report import report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = "TOOL_SANDBOX_SCREENSHOTS"
"""The variable that says where the tests leave their pictures; without it, in ``artifacts/screenshots``."""
SIZES: Mapping[str, Mapping[str, int]] = {
    "desktop": {"width": 1280, "height": 900},
    "phone": {"width": 390, "height": 844},
}
SCHEMES = ("light", "dark")


def kept_in() -> Path:
    """Where the tests leave pictures."""
    return Path(os.environ.get(FOLDER) or Path(__file__).parents[2] / "artifacts" / "screenshots")


def pages_of(tab: Tab, start: str) -> dict[str, str]:
    """Every kind of page by its name: its address, as a person would come there from the first one."""
    tab.open(f"{start}#/samples?sort=score")
    sample = tab.page.get_attribute(".rows td.name a", "href") or ""
    pages = {"overview": "#/", "list": "#/samples?sort=score", "sample": sample}
    tab.open(f"{start}{sample}")
    pair = tab.page.query_selector("a[href^='#/pair/']")
    if pair is not None:
        pages["pair"] = pair.get_attribute("href") or ""
    return {name: f"{start}{place}" for name, place in pages.items()}


def screenshots(browser: Browser, start: str, folder: Path) -> Iterator[Path]:
    """Take a picture of every page, at every size, light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    for size, viewport in SIZES.items():
        with tab(browser, viewport=viewport) as found:
            for name, address in pages_of(found, start).items():
                found.open(address)
                for scheme in SCHEMES:
                    yield _picture(found, folder / f"{name}-{size}-{scheme}.png", scheme)


def _picture(found: Tab, path: Path, scheme: Any) -> Path:
    found.page.emulate_media(color_scheme=scheme)
    found.page.screenshot(path=path)
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """Take pictures of some runs."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.viewer.screenshots", description="Pictures of pages of runs."
    )
    parser.add_argument("runs", nargs="+", metavar="RUN", help="a run directory")
    parser.add_argument("-o", "--output", type=Path, default=kept_in(), metavar="FOLDER", help="where the pictures go")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, running() as browser:
        file = Path(folder) / "report.html"
        runs = named_runs(asked.runs)
        file.write_text(report(runs, title=" and ".join(runs)).html, encoding="utf-8")
        for path in screenshots(browser, address_of(file), asked.output):
            print(path)  # noqa: T201 -- a command's own words


if __name__ == "__main__":
    main()
