"""What answers the search tools: our own offline data by default, live services if a run asks for them."""

from tool_sandbox.tools.search.backend import SearchBackend, current_backend, use_backend

__all__ = ["SearchBackend", "current_backend", "use_backend"]
