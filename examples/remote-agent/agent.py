"""An agent that plays over HTTP, with nothing but Python's standard library.

    tool_sandbox serve -u oracle -s switch_wifi_off --port 8765
    python agent.py http://127.0.0.1:8765/v1

Replace ``answer`` by your agent. It gets the conversation and the tools in OpenAI's chat format, and returns an
assistant's message in the same format.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

NOTHING_LEFT = 410


class Server:
    """What plays the user, carries out the calls and keeps the score.

    Args:
        url: What ``tool_sandbox serve`` printed.
        token: What it printed beside it, if it did.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def samples(self) -> Iterator[dict[str, Any]]:
        """One sample after the other, until none is left."""
        while True:
            try:
                yield self.post("/samples", {})
            except HTTPError as error:
                if error.code != NOTHING_LEFT:
                    raise
                return

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send JSON, and return the JSON of the answer."""
        request = Request(self._url + path, json.dumps(body).encode(), self._headers)  # noqa: S310 -- as it was typed
        with urlopen(request) as answer:  # noqa: S310 -- the same
            return dict(json.load(answer))


def play(server: Server, sample: dict[str, Any]) -> dict[str, Any]:
    """Play a sample to its end; what came of it."""
    conversation, state = list(sample["messages"]), sample
    while not state["done"]:
        said = answer(conversation, sample["tools"])
        state = server.post(f"/samples/{sample['id']}/messages", {**said, "turn": state["turn"]})
        conversation += [said, *state["messages"]]
    return dict(state["result"])


def answer(conversation: list[dict[str, Any]], tools: list[dict[str, Any]]) -> dict[str, Any]:
    """Switch off whatever the user names and a tool can switch off: this is where your agent comes in."""
    if conversation[-1]["role"] == "tool":
        return {"role": "assistant", "content": "Wi-Fi is off now."}
    names = [tool["function"]["name"] for tool in tools]
    call = {"id": "call_1", "type": "function", "function": {"name": "set_wifi_status", "arguments": '{"on": false}'}}
    if call["function"]["name"] not in names:  # type: ignore[index]
        return {"role": "assistant", "content": "I cannot do that."}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def main() -> None:
    """Play everything that is left."""
    url = sys.argv[1] if len(sys.argv) > 1 else os.environ["TOOL_SANDBOX_URL"]
    server = Server(url, os.environ.get("TOOL_SANDBOX_TOKEN"))
    for sample in server.samples():
        result = play(server, sample)
        print(sample["scenario"], sample["trial"], result["status"], result["score"])


if __name__ == "__main__":
    main()
