"""What the command line says of Ray clusters, with and without Ray."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tool_sandbox.cli.app import exit_code

HAS_RAY = find_spec("ray") is not None
with_ray = pytest.mark.skipif(not HAS_RAY, reason="the extra ray is not installed")


@pytest.mark.skipif(HAS_RAY, reason="the extra ray is installed")
def test_without_ray_one_sentence_says_what_to_install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["run", "-a", "oracle", "-o", str(tmp_path), "--executor", "ray"]) == 2
    assert "needs the package 'ray', which is not installed: .venv/bin/uv pip install -e '.[ray]'" in (
        capsys.readouterr().err
    )


def test_the_address_of_a_cluster_alone_has_no_effect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["run", "-a", "oracle", "-o", str(tmp_path), "--ray-address", "127.0.0.1:1"]) == 2
    assert "ray_address='127.0.0.1:1' would have no effect without --executor ray" in capsys.readouterr().err


@with_ray
def test_a_cluster_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["run", "-a", "oracle", "-o", str(tmp_path), "--executor", "ray", "--ray-address", "127.0.0.1:1"]
    assert exit_code(given) == 2
    assert "no Ray cluster answers at '127.0.0.1:1'" in capsys.readouterr().err
