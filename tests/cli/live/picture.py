"""A picture of the screen that shows a run while it lasts, of a real run in a pseudo-terminal."""

from __future__ import annotations

import io
import json
import re
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cli.command import openai_server
from tests.cli.pseudo_terminal import PseudoTerminal

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pyte.screens import Char
    from rich.text import Text

COMMAND = "tool_sandbox run -a direct:gpt-4o -u oracle -s 'text_*' 'remind_*' -p 8 --budget 3"
"""What the picture says was typed; the model is played by a server of the tests."""
_ANSWERED = 120
"""After so many calls nobody gets an answer any more: the screen stands still to be taken."""
_PRICES = '{"input_per_million": 2.5, "output_per_million": 10}'
_FRAME = (
    "<!doctype html><body style='margin:0'><div style='display:inline-block;background:#14171a;padding:14px 18px'>{}"
)
_COLOURS = {"default": "", "brown": "yellow", "brightblack": "bright_black"}
_PRE = (
    "<pre style=\"font:15px/1.35 'DejaVu Sans Mono','Liberation Mono',monospace;color:#e3e6e8;margin:0\"><code>"
    "{code}</code></pre>"
)


def live_picture(browser: Browser, path: Path) -> None:
    """Play a run and take the picture."""
    page = browser.new_page(viewport={"width": 1000, "height": 400}, device_scale_factor=1.5)
    page.set_content(_FRAME.format(_html(list(_screen()))))
    page.locator("div").screenshot(path=path)
    page.close()


def _screen() -> Iterator[Text]:
    """The lines of the screen, the command first."""
    from rich.text import Text

    with openai_server("--solve", "--hold-after", str(_ANSWERED)) as url, tempfile.TemporaryDirectory() as folder:
        flags = COMMAND.replace("'", "").split()[2:]
        flags[flags.index("direct:gpt-4o")] = f"direct:gpt-4o@{url}"
        screen = PseudoTerminal(
            "-m",
            "tool_sandbox",
            "run",
            *flags,
            "--param",
            f"prices={_PRICES}",
            "--param",
            "api_key=k",
            "-o",
            folder,
            "--yes",
        )
        screen.wait_for(lambda: _calls(url) >= _ANSWERED + 8 and "slowest" in screen.text)
        yield Text(f"$ {COMMAND}")
        for number, line in enumerate(screen.screen.display):
            if line.strip():
                cells = [screen.screen.buffer[number][column] for column in range(screen.screen.columns)]
                yield Text.assemble(*((cell.data, _style(cell)) for cell in cells))
        screen.close()


def _calls(url: str) -> int:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 -- our own server
        return int(json.load(answer)["calls"])


def _style(character: Char) -> str:
    """Of the terminal, in the words of what draws it."""
    colour = _COLOURS.get(character.fg, character.fg)
    if re.fullmatch("[0-9a-f]{6}", colour):
        colour = f"#{colour}"
    return " ".join(filter(None, ["bold" if character.bold else "", colour])) or "none"


def _html(lines: list[Text]) -> str:
    from rich.console import Console

    console = Console(record=True, width=80, file=io.StringIO())
    for line in lines:
        line.rstrip()
        console.print(line, highlight=False, soft_wrap=True)
    return console.export_html(inline_styles=True, code_format=_PRE)
