"""The pictures of the documentation's gallery: ``python -m tests.gallery`` plays three runs and remakes them."""

from __future__ import annotations

import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import tool_sandbox
from tests.cli.live.picture import live_picture
from tests.viewer import screenshots
from tests.viewer.browser import running, tab

FOLDER = Path(__file__).parents[1] / "docs" / "gallery"
SCENARIOS = ("text_boss_by_relationship", "text_plumber_with_cellular_off", "text_boss_in_low_battery_mode")
LIVE = "live"
"""The picture of the screen that shows a run while it lasts."""
SHOWN = (
    LIVE,
    "overview-desktop-light",
    "list-desktop-light",
    "sample-desktop-light",
    "sample-desktop-dark",
    "pair-desktop-light",
    "sample-phone-light",
)
"""The pictures of the page, in its order; the maker of pictures takes some more."""
SMALL = """async source => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", 0.7);
}"""
"""What a browser runs to make a tenth of a megabyte half as large: pictures stay with the sources for ever."""


def main() -> None:
    """Play the perfect agent, one that does what is forbidden, and a model, and keep the pictures that are shown."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):  # pages name runs as they were named to them
        pictures = Path("pictures")
        screenshots.main([*_played(), "-o", str(pictures)])
        FOLDER.mkdir(exist_ok=True)
        with running() as browser, tab(browser) as found:
            live_picture(browser, pictures / f"{LIVE}.png")
            for name in SHOWN:
                source = b64encode((pictures / f"{name}.png").read_bytes()).decode()
                small = found.page.evaluate(SMALL, f"data:image/png;base64,{source}")
                (FOLDER / f"{name}.webp").write_bytes(b64decode(small.partition(",")[2]))


def _played() -> Iterator[str]:
    for agent in ("oracle", "saboteur"):
        tool_sandbox.run(agent, scenarios=SCENARIOS, presentations=["plain"], output="runs", name=agent)
        yield f"runs/{agent}"


if __name__ == "__main__":
    main()
