"""The recorded run that tests play again: ``python -m tests.cli.recording`` records it anew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.cli.command import openai_server
from tool_sandbox.cli.app import exit_code

RECORDED = Path(__file__).parents[1] / "data" / "recorded_run"
SAMPLES = (
    "switch_wifi_off",
    "look_up_friends_number",
    "text_plumber_with_cellular_off",
    "look_up_friends_number_3_distraction_tools_tool_name_scrambled",
)
KEPT = ("run.json", "results.jsonl", "calls.jsonl")


def record(folder: Path) -> None:
    """Play a few samples with a model on loopback, as agent and as user, and keep what a replay needs."""
    made = folder.with_name("recording")
    with openai_server("--solve") as url:
        os.environ["DIRECT_API_BASE"] = url
        models = ("-a", "direct:model", "-u", "direct:model")
        exit_code(["run", *models, "-s", *SAMPLES, "-q", "-o", str(made), "--name", folder.name])
    for pattern in KEPT:
        for path in (made / folder.name).glob(pattern):
            place = folder / path.relative_to(made / folder.name)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
            if path.name == "run.json":
                place.write_text(path.read_text().replace(str(made), "runs"))
    shutil.rmtree(made)


if __name__ == "__main__":
    shutil.rmtree(RECORDED, ignore_errors=True)
    record(RECORDED)
