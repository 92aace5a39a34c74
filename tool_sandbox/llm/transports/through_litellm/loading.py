"""Whether LiteLLM is being imported, which takes seconds; known without importing anything."""

from __future__ import annotations

import threading

LOADING = threading.Lock()
"""Held by whoever imports LiteLLM."""


def is_loading() -> bool:
    """Whether somebody imports LiteLLM just now."""
    return LOADING.locked()
