"""A folder of a user's, with scenarios and agents, for tests that run pytest in it."""

from __future__ import annotations

import pytest

import tool_sandbox as ts
from tests.testing.files import AGENTS, SHOP
from tool_sandbox.testing.verdict import Verdict


@pytest.fixture(scope="session")
def _loaded() -> None:
    """Have everything imported: pytest in a test forgets what was imported there, which numpy does not bear twice."""
    import scipy.special  # noqa: F401

    import tool_sandbox.testing.session  # noqa: F401

    run = ts.run("nop", scenarios=["switch_wifi_off"], trials=2)
    run.explain()
    assert str(Verdict(run.samples)).startswith("0/2")
    assert run.categories


@pytest.fixture
def shop(_loaded: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder in which no installed plug-in is loaded, and pytest shows what it shows to a person."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("CI", "BUILD_NUMBER", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    pytester.makefile(".yaml", shop=SHOP)
    pytester.makepyfile(my_agent=AGENTS)
    return pytester
