"""Worlds and entries as YAML that people like to read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

_WIDTH = 120
_LIKE_A_NUMBER = re.compile(r"[-+.~\d]")


def written(worlds: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], notes: Iterable[str] = ()) -> str:
    """The text of a scenario file.

    Args:
        worlds: By name.
        entries: The scenarios.
        notes: Comments for its top.
    """
    comments = [f"# Not expressed: {' '.join(note.split())}\n" for note in notes]
    content: Any = {"worlds": dict(worlds), "scenarios": list(entries)} if worlds else list(entries)
    body = yaml.dump(
        content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=_WIDTH
    )
    return "".join(comments) + body


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 -- nothing is shared in a file for people
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    # What could be taken for a number is quoted, also where YAML 1.1 itself would not take it for one.
    quoted = "'" if _LIKE_A_NUMBER.match(value) and "\n" not in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style=quoted)


_Dumper.add_representer(str, _text)
_Dumper.add_multi_representer(str, _text)
_Dumper.add_multi_representer(float, yaml.SafeDumper.represent_float)
