"""Where the package was installed from, by what the installer recorded."""

from __future__ import annotations

import importlib.metadata
import json
from typing import Any

import pytest

from tool_sandbox.errors import how_to_install
from tool_sandbox.installation import installed_from


@pytest.mark.parametrize(
    ("recorded", "source", "command"),
    [
        (
            {"url": "https://host/ts", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "git+https://host/ts@abc",
            "pip install 'tool_sandbox[mcp] @ git+https://host/ts@abc'",
        ),
        (
            {"url": "file:///here/ts.whl", "archive_info": {}},
            "file:///here/ts.whl",
            "pip install 'tool_sandbox[mcp] @ file:///here/ts.whl'",
        ),
        ({"url": "file:///here", "dir_info": {"editable": True}}, None, ".venv/bin/uv pip install -e '.[mcp]'"),
        (None, None, ".venv/bin/uv pip install -e '.[mcp]'"),
    ],
)
def test_an_extra_is_added_from_where_the_package_came(
    monkeypatch: pytest.MonkeyPatch, recorded: dict[str, Any] | None, source: str | None, command: str
) -> None:
    class Installed:
        def read_text(self, name: str) -> str | None:
            return json.dumps(recorded) if recorded and name == "direct_url.json" else None

    monkeypatch.setattr(importlib.metadata, "distribution", lambda _: Installed())
    assert installed_from() == source
    assert how_to_install("mcp") == command


def test_without_an_installation_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", unknown)
    assert installed_from() is None
