"""Where this package was installed from."""

from __future__ import annotations

import json


def installed_from() -> str | None:
    """What pip takes to install the package from where it came: a git address with its commit, a wheel or a folder.

    ``None`` for a checkout that is worked in, and where nothing tells.
    """
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        recorded = json.loads(distribution("tool_sandbox").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        return None
    if not recorded or recorded.get("dir_info", {}).get("editable"):
        return None
    version = recorded.get("vcs_info")
    return f"{version['vcs']}+{recorded['url']}@{version['commit_id']}" if version else str(recorded["url"])
