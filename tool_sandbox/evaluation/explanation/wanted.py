"""What milestones, minefields and the end want, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tool_sandbox.clock import Clock
from tool_sandbox.common.call_text import call_text
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.common.world.schemas import namespaces
from tool_sandbox.evaluation.comparing import columns
from tool_sandbox.evaluation.comparing.answers import TextSimilarity
from tool_sandbox.evaluation.comparing.calls import ANY_ITEM, CallSimilarity, RequestSimilarity
from tool_sandbox.evaluation.explanation.misses import bound
from tool_sandbox.evaluation.snapshots import addition_similarity, removal_similarity, update_similarity

if TYPE_CHECKING:
    from tool_sandbox.evaluation.constraints import Milestone, SnapshotConstraint
    from tool_sandbox.evaluation.outcome import Outcome

_LOG = DatabaseNamespace.SANDBOX
_USER, _AGENT, _CONSOLE = RoleType.USER, RoleType.AGENT, RoleType.EXECUTION_ENVIRONMENT
_CHANGES = {
    addition_similarity: ("comes to {table}", "come to {table}"),
    update_similarity: ("of {table} changes", "of {table} change"),
    removal_similarity: ("goes from {table}", "go from {table}"),
}
_WAYS = {
    columns.column_rouge_l_similarity: "like ",
    columns.column_contains_similarity: "containing ",
    columns.column_one_similarity: "whatever it is, such as ",
}


@frozen
class Wanted:
    """Says what is wanted in the words of one scenario.

    Args:
        ids: What its milestones are called, by position.
        clock: The clock by which points in time are shown; as numbers without one.
    """

    ids: Sequence[str] = ()
    clock: Clock | None = None

    def of_milestone(self, milestone: Milestone) -> Iterator[str]:
        """What has to hold at one message; lines that belong to the one above stand further in."""
        for constraint in milestone.snapshot_constraints:
            if not constraint.is_guardrail:
                yield from self.of_constraint(constraint)
        guarded = milestone.guardrail_database_list or ()
        free = [table.lower() for table in namespaces() if guarded and table not in (*guarded, _LOG)]
        if free:
            yield f"{', '.join(free)} may change on the way"

    def of_outcome(self, outcome: Outcome) -> Iterator[str]:
        """What the end has to be."""
        for table in outcome.tables:
            for constraint in (*table.states, *table.added, *table.updated, *table.removed):
                yield from self.of_constraint(constraint)
        for ways in outcome.told:
            for number, way in enumerate(ways):
                first, *others = self.of_constraint(way.constraint)
                yield f"or {first}" if number else first
                yield from others
        if outcome.unchanged:
            yield f"{', '.join(name.lower() for name in outcome.unchanged)} as at the start"

    def of_constraint(self, constraint: SnapshotConstraint) -> Iterator[str]:
        """What one constraint demands."""
        rows = constraint.target_rows
        if rows is None:
            yield f"{constraint.database_namespace.lower()} satisfies {_name(constraint.snapshot_constraint)}"
            return
        yield self._sentence(constraint, rows) + self._filled(constraint)
        measures = constraint.column_similarity_measure or {}
        of_message = constraint.database_namespace == _LOG
        for row in rows:
            for column, value in row.items():
                if isinstance(measures.get(column), TextSimilarity):
                    yield from _facts(measures[column], value, "" if of_message else f" of {column}")

    def _sentence(self, constraint: SnapshotConstraint, rows: Sequence[Mapping[str, Any]]) -> str:
        if constraint.database_namespace == _LOG and len(rows) == 1:
            return self._message(rows[0], constraint.column_similarity_measure or {})
        table = constraint.database_namespace.lower()
        told = "; ".join(self._row(constraint, row, len(rows)) for row in rows)
        change = _CHANGES.get(_function(constraint.snapshot_constraint))
        if change:
            count = "a row" if len(rows) == 1 else f"{len(rows)} rows"
            return f"{count} {change[len(rows) != 1].format(table=table)}{self._since(constraint)}: {told}"
        return f"{table} has no rows" if not rows else f"{table} is: {told}"

    def _message(self, row: Mapping[str, Any], measures: Mapping[str, Any]) -> str:
        if row.get("tool_trace") is not None:
            return _called(row["tool_trace"], measures["tool_trace"])
        parties = row.get("sender"), row.get("recipient")
        measure, content = measures.get("content"), row.get("content")
        if isinstance(measure, RequestSimilarity):
            return f"{' or '.join(measure.tools)} is asked for, whether it succeeds or not"
        if parties == (_AGENT, _CONSOLE) and measure is columns.column_contains_similarity:
            return f"{content} is asked for, whether it succeeds or not"
        way = _way(measure) or ""
        said = "anything" if measure is columns.column_one_similarity else f"{way}{_quoted(content)}"
        if parties == (_AGENT, _USER):
            return f"the user is told {'something ' if way.startswith('c') else ''}{said}"
        others = ", ".join(f"{name} {value}" for name, value in row.items() if name != "content" and value is not None)
        return f"a message with {others}: {said}"

    def _row(self, constraint: SnapshotConstraint, row: Mapping[str, Any], count: int) -> str:
        measures = constraint.column_similarity_measure or {}
        cells = [
            f"{name} {self._cell(name, value, measures.get(name))}"
            for name, value in row.items()
            if value is not None or count == 1
        ]
        return ", ".join(cells) or "anything"

    def _cell(self, name: str, value: Any, measure: Any) -> str:
        shown = self._value(name, value)
        function = _function(measure)
        if function is columns.column_close_similarity:
            return f"{shown} within {_tolerance(measure.keywords['atol_dict'].get(name, 0))}"
        if function is columns.column_exact_match_similarity or isinstance(measure, TextSimilarity):
            return shown
        way = _way(function)
        return f"{shown} by {_name(function)}" if way is None else f"{way}{shown}"

    def _value(self, name: str, value: Any) -> str:
        if isinstance(value, bool) or value is None:
            return {True: "true", False: "false", None: "empty"}[value]
        if self.clock and name.endswith("timestamp") and isinstance(value, int | float):
            return self.clock.shown(value)
        return _quoted(value) if isinstance(value, str) else f"{value:.15g}" if isinstance(value, float) else str(value)

    def _since(self, constraint: SnapshotConstraint) -> str:
        reference = constraint.reference_milestone_node_index
        return "" if reference is None or reference < 0 else f" since {self._id(reference)}"

    def _filled(self, constraint: SnapshotConstraint) -> str:
        """Where values come from that an earlier milestone saw."""
        extractor = bound(constraint).get("extractor")
        if extractor is None:
            return ""
        source = self._id(constraint.reference_milestone_node_index or 0)
        take = getattr(extractor, "take", None)
        if take is None:
            return f", with what {_name(extractor)} takes out of the result of {source}"
        parts = [f"{name} is {path or 'the result'}" for name, path in take]
        return f", where {', '.join(parts)} of what {source} gave"

    def _id(self, position: int) -> str:
        return self.ids[position] if position < len(self.ids) else str(position)


def _called(traces: str, measure: Any) -> str:
    wanted = columns.golden_traces(traces)
    calls = " or ".join(dict.fromkeys(_call(each["tool_name"], each["arguments"]) for each in wanted))
    gave = [
        f"{path.replace(ANY_ITEM, 'some ') or 'it'} is {value!r}" for path, value in wanted[0].get("result", {}).items()
    ]
    given = f", which gives that {' and '.join(gave)}" if gave else ""
    within = measure.within if isinstance(measure, CallSimilarity) else _bound_tolerances(measure)
    near = ", ".join(f"{name} within {_tolerance(value)}" for name, value in within.items())
    return f"{calls} is called{given}" + (f" ({near})" if near else "")


def _call(tool: str, arguments: Mapping[str, Any]) -> str:
    return call_text(tool, arguments) if arguments else tool


def _bound_tolerances(measure: Any) -> Mapping[str, Any]:
    """The tolerances that a column similarity was given."""
    return (measure.keywords.get("atol_dict") or {}) if isinstance(measure, partial) else {}


def _way(measure: Any) -> str | None:
    """How texts are compared, by identity: what compares them need not be hashable."""
    return next((way for function, way in _WAYS.items() if function is _function(measure)), None)


def _facts(measure: TextSimilarity, value: Any, of: str) -> Iterator[str]:
    wanted = measure.texts.get(value)
    for title, facts in (("facts", wanted.required), ("never", wanted.never)) if wanted else ():
        if facts:
            yield f"  {title}{of}: {'; '.join(fact.in_words() for fact in facts)}"


def _tolerance(value: float) -> str:
    return "any distance" if value == float("inf") else f"{value:g}"


def _quoted(text: Any) -> str:
    return '"' + " ".join(str(text).split()) + '"'


def _function(measure: Any) -> Any:
    return measure.func if isinstance(measure, partial) else measure


def _name(function: Any) -> str:
    function = _function(function)
    return str(getattr(function, "__name__", type(function).__name__))
