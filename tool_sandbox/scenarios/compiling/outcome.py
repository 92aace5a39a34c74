"""From an entry to the end that counts: what the milestones ask of tables taken together, and what is said last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import evolve

from tool_sandbox.common.tool_effects import LOOK_UP, WRITTEN_BY
from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.common.world.schemas import namespaces
from tool_sandbox.evaluation.comparing.answers import TextSimilarity
from tool_sandbox.evaluation.constraints import SnapshotConstraint
from tool_sandbox.evaluation.outcome import Outcome, TableEnd, Telling
from tool_sandbox.evaluation.snapshots import snapshot_similarity
from tool_sandbox.scenarios.compiling.milestones import NodeCompiler, tables_of
from tool_sandbox.scenarios.compiling.solutions import last_words
from tool_sandbox.scenarios.language.calls import ToolCalls
from tool_sandbox.scenarios.language.checks import Check
from tool_sandbox.scenarios.language.entries import Entry

_LOG = DatabaseNamespace.SANDBOX


def outcome_of(entry: Entry, compiler: NodeCompiler) -> Outcome | None:
    """What the end of an entry should be; ``None`` where nothing is said of it.

    Args:
        entry: The scenario as written.
        compiler: What compiled its milestones.

    Raises:
        ScenarioError: Values of its own checks do not work out.
    """
    checks = entry.outcome if entry.outcome is not None else _checks_of_milestones(entry)
    tables = sorted({table for check in checks for table in check.rows} - {_LOG})
    told = [check for check in checks if check.verb == "said"]
    if not tables and not told:
        return None
    free = _free(entry)
    apart = {_LOG.value, *tables, *free, *_written(entry)}
    return Outcome(
        tuple(_table_end(table, checks, compiler, may_change=table in free) for table in tables),
        tuple(_tellings(check, entry, compiler) for check in told),
        tuple(name for name in namespaces() if name.upper() not in apart),
    )


def _checks_of_milestones(entry: Entry) -> list[Check]:
    if entry.scoring == "original":
        return []
    checks = [check for node in entry.milestones for check in node.checks if set(check.rows) - {_LOG}]
    last = [node for node in entry.milestones if any(check.verb == "said" for check in node.checks)][-1:]
    return [*checks, *(check for node in last for check in node.checks if check.verb == "said")]


def _written(entry: Entry) -> set[str]:
    """The tables that a solution writes: where an entry asks nothing of them, it leaves them open."""
    calls = (call.tool for step in entry.solution if isinstance(step, ToolCalls) for call in step.calls)
    acts = set(calls) - LOOK_UP
    if not acts <= WRITTEN_BY.keys():
        return {name.upper() for name in namespaces()}
    return {WRITTEN_BY[name].value for name in acts}


def _free(entry: Entry) -> set[str]:
    """The tables that may be different in the end; ``may_change: all`` is about the way to a milestone alone."""
    every = {name.upper() for name in namespaces()}
    named = [{table.upper() for table in node.may_change or ()} for node in entry.milestones]
    return set().union(*(tables for tables in named if not tables >= every - {_LOG.value}))


def _table_end(table: str, checks: Iterable[Check], compiler: NodeCompiler, *, may_change: bool) -> TableEnd:
    found: dict[str, list[SnapshotConstraint]] = {verb: [] for verb in ("state", "added", "updated", "removed")}
    for check in checks:
        if table in check.rows:
            found[check.verb].append(compiler.constraint(check, table))
    return TableEnd(
        table,
        _merged(found["state"]),
        _of_one_row(found["added"]),
        _latest(found["updated"]),
        tuple(found["removed"]),
        may_change=may_change,
    )


def _merged(states: list[SnapshotConstraint]) -> tuple[SnapshotConstraint, ...]:
    """Later states over earlier ones: of a table of one row column by column, of any other as a whole."""
    rows: list[dict[str, Any]] = []
    for state in states:
        wanted = state.target_rows or []
        rows = [{**rows[0], **wanted[0]}] if len(rows) == len(wanted) == 1 else wanted
    if not states:
        return ()
    measures = {name: each for state in states for name, each in (state.column_similarity_measure or {}).items()}
    return (evolve(states[-1], target_dataframe=rows, column_similarity_measure=measures),)


def _of_one_row(additions: list[SnapshotConstraint]) -> tuple[SnapshotConstraint, ...]:
    """Several additions of one row as one: they agree in a column, and in every column that both speak of."""
    kept: list[SnapshotConstraint] = []
    for addition in additions:
        same = next((each for each in kept if _describe_one_row(each, addition)), None)
        if same is None:
            kept.append(addition)
        else:
            kept[kept.index(same)] = _joined(same, addition)
    return tuple(kept)


def _describe_one_row(one: SnapshotConstraint, other: SnapshotConstraint) -> bool:
    rows = [*(one.target_rows or ()), *(other.target_rows or ())]
    if [len(one.target_rows or ()), len(other.target_rows or ())] != [1, 1]:
        return False
    shared = rows[0].keys() & rows[1].keys()
    return bool(shared) and rows[0].keys() != rows[1].keys() and all(rows[0][each] == rows[1][each] for each in shared)


def _joined(one: SnapshotConstraint, other: SnapshotConstraint) -> SnapshotConstraint:
    row = {**(one.target_rows or [{}])[0], **(other.target_rows or [{}])[0]}
    of_other = {name: (other.column_similarity_measure or {})[name] for name in (other.target_rows or [{}])[0]}
    measures = {**(one.column_similarity_measure or {}), **of_other}
    resized = {
        name: evolve(each, columns=len(row)) if isinstance(each, TextSimilarity) else each
        for name, each in measures.items()
    }
    return evolve(one, target_dataframe=[row], column_similarity_measure=resized)


def _latest(updates: list[SnapshotConstraint]) -> tuple[SnapshotConstraint, ...]:
    """Of several updates of one row the last."""
    kept: dict[Any, SnapshotConstraint] = {}
    for number, update in enumerate(updates):
        ids = [
            tuple((name, value) for name, value in row.items() if name.endswith("_id"))
            for row in update.target_rows or ()
        ]
        kept[tuple(ids) if all(ids) else number] = update
    return tuple(kept.values())


def _tellings(check: Check, entry: Entry, compiler: NodeCompiler) -> tuple[Telling, ...]:
    """The check itself and, for what is reckoned in the head, the sentence of the solution with its values."""
    (table,) = tables_of(check)
    source = None if check.using is None else compiler.order.ids.index(check.using.milestone)
    constraint = compiler.constraint(check, table)
    ways = [Telling(constraint, source)]
    words = last_words(entry, entry.solution)
    if source is not None and words is not None:
        sentence = [{**row, "content": words} for row in constraint.target_rows or ()]
        ways.append(Telling(evolve(constraint, snapshot_constraint=snapshot_similarity, target_dataframe=sentence)))
    return tuple(ways)
