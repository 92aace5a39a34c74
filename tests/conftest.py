"""What holds for every test: no network, no keys, no shared folders, a fresh world."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import network

# Read when litellm is first imported, which can be in a thread of any test.
os.environ.update(
    {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_MODE": "PRODUCTION",
        "HF_HUB_OFFLINE": "1",
    }
)

# Names by which providers, their clouds and proxies are told where to go and who is asking.
SECRET_ENDINGS = ("_API_KEY", "_API_BASE", "_BASE_URL", "_TOKEN", "_PROXY", "_proxy")
SECRET_BEGINNINGS = ("ANTHROPIC_", "AWS_", "AZURE_", "CLOUD_ML_", "GOOGLE_", "OPENAI_", "OTEL_", "REDIS_", "VERTEX")

# What a command or a test may have chosen for all that follows, and the choice to go back to.
DEFAULTS: tuple[tuple[str, str, Any], ...] = (
    ("tool_sandbox.clock", "set_clock", None),
    ("tool_sandbox.common.tool_discovery", "set_extra_tool_modules", ()),
)

network.install()

# A shell that starts the tests in the background has Ctrl-C ignored, by them and by whatever they start.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says more about the machine than about the code. CI tries the same examples every time, so
# that its verdict is about the change; a developer's runs look for new ones.
settings.register_profile(
    "any machine",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def blocked_network() -> Iterator[list[str]]:
    """Fail the test that reached for the network, even when something swallowed the error.

    Yields:
        The addresses that were refused; a test that means to be refused empties the list.
    """
    network.REFUSED.clear()
    yield network.REFUSED
    if network.REFUSED:
        addresses = ", ".join(network.REFUSED)
        network.REFUSED.clear()
        pytest.fail(f"The test reached for {addresses}; tests may only talk to loopback addresses.")


@pytest.fixture(autouse=True)
def neutral_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hide the keys and folders of whoever runs the tests."""
    for name in list(os.environ):
        if name.endswith(SECRET_ENDINGS) or name.startswith(SECRET_BEGINNINGS):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for folder in ("cache", "config", "data", "state"):
        monkeypatch.setenv(f"XDG_{folder.upper()}_HOME", str(home / folder))
    monkeypatch.setenv("HF_HOME", str(home / "huggingface"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(autouse=True)
def fresh_world() -> Iterator[None]:
    """Give the next test a new current context, wall time and our own tools, whatever this one installed."""
    yield
    for name, function, value in DEFAULTS:
        if module := sys.modules.get(name):
            getattr(module, function)(value)
    if execution_context := sys.modules.get("tool_sandbox.common.execution_context"):
        execution_context.isolated_context(execution_context.ExecutionContext())
