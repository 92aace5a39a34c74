"""Releases of LiteLLM that must not, or cannot, be used."""

from __future__ import annotations

import importlib.metadata
import re

from tool_sandbox.errors import MissingDependencyError

_MALICIOUS = r"1\.82\.[78]"  # BerriAI/litellm#24512
_BROKEN = r"1\.92\.[0-2]|1\.106\..*|1\.108\.[0-3]"  # BerriAI/litellm#32993 and its successors


def check_release(release: str | None) -> None:
    """Refuse releases of LiteLLM that cannot make a tool call on a base install, or must not be run at all.

    Args:
        release: The version installed, or ``None`` if there is none.

    Raises:
        MissingDependencyError: It is one of those, and how to get another.
    """
    if release is None:
        reason = "LiteLLM is not installed"
    elif re.fullmatch(_MALICIOUS, release):
        reason = f"LiteLLM {release} was published by an attacker and steals credentials; change the keys it could read"
    elif re.fullmatch(_BROKEN, release):
        reason = f"LiteLLM {release} fails on every call with tools"
    else:
        return
    message = f"{reason}. Install another release, for example: pip install -U 'litellm>=1.110,<2'"
    raise MissingDependencyError(message)


def installed_release() -> str | None:
    """The version of LiteLLM that is installed, without importing it."""
    try:
        return importlib.metadata.version("litellm")
    except importlib.metadata.PackageNotFoundError:
        return None
