"""Adding an entry to a scenario file, of which everything else stays as it is."""

from __future__ import annotations

import yaml

from tool_sandbox.errors import ScenarioError


def with_entry(text: str, entry: str, file: str) -> str:
    """The text of a scenario file with one more entry, at the end of its scenarios.

    Args:
        text: The file as it is; empty for a new one.
        entry: The entry as an item of a list, without indentation.
        file: Its name, for messages.

    Raises:
        ScenarioError: It is not written as a list of scenarios with a line for each key.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None:
        return f"{_ended(text)}{entry}"
    if isinstance(root, yaml.MappingNode):
        return _in_mapping(text, root, entry, file)
    return _after(text, len(text.splitlines()), _column(root, file), entry)


def _in_mapping(text: str, root: yaml.MappingNode, entry: str, file: str) -> str:
    keys = [key.value for key, _ in root.value]
    if root.flow_style:
        raise _unfit(file)
    if "scenarios" not in keys:
        return f"{_ended(text)}scenarios:\n{_indented(entry, 2)}"
    position = keys.index("scenarios")
    scenarios, lines = root.value[position][1], text.splitlines()
    line = root.value[position + 1][0].start_mark.line if position + 1 < len(keys) else len(lines)
    while line < len(lines) and line and (not lines[line - 1].strip() or lines[line - 1].startswith("#")):
        line -= 1  # what stands directly above the next key belongs to it
    return _after(text, line, _column(scenarios, file), entry)


def _column(node: yaml.Node, file: str) -> int:
    """How far the items of a list are indented."""
    if not isinstance(node, yaml.SequenceNode) or node.flow_style:
        raise _unfit(file)
    return node.start_mark.column


def _after(text: str, line: int, column: int, entry: str) -> str:
    lines = _ended(text).splitlines(keepends=True)
    before, after = "".join(lines[:line]), "".join(lines[line:])
    return f"{before}\n{_indented(entry, column)}{after}"


def _indented(text: str, column: int) -> str:
    return "".join(f"{' ' * column}{line}" for line in text.splitlines(keepends=True))


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _unfit(file: str) -> ScenarioError:
    message = f"{file!r} is not written as a list with a dash for each scenario; choose another file with --file."
    return ScenarioError(message)
