"""From one constraint to one check: a verb and its modifiers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import partial
from typing import Any

from attrs import frozen

from tool_sandbox.common import tool_trace_extractors
from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.common.world.schemas import schema_of
from tool_sandbox.evaluation import snapshots
from tool_sandbox.evaluation.constraints import SnapshotConstraint
from tool_sandbox.scenarios.compiling.extraction import ResultExtractor
from tool_sandbox.scenarios.conversion.losses import NoFormError, described
from tool_sandbox.scenarios.conversion.measures import Measures, measures_of
from tool_sandbox.scenarios.language import checks as spec
from tool_sandbox.scenarios.language.calls import ToolParameters

Check = dict[str, Any]

_RESULT = (RoleType.EXECUTION_ENVIRONMENT.value, RoleType.AGENT.value)
_REQUEST = (RoleType.AGENT.value, RoleType.EXECUTION_ENVIRONMENT.value)
_STATEMENT = (RoleType.AGENT.value, RoleType.USER.value)
_VERBS: Mapping[Any, str] = {
    snapshots.snapshot_similarity: "state",
    snapshots.addition_similarity: "added",
    snapshots.update_similarity: "updated",
    snapshots.removal_similarity: "removed",
    snapshots.tool_trace_dependant_similarity: "using",
}


@frozen
class CheckWriter:
    """Writes the checks of one scenario.

    Args:
        tools: Tool name to the parameters it takes.
    """

    tools: Mapping[str, ToolParameters]

    def check(self, constraint: SnapshotConstraint, earlier: str | None) -> Check:
        """One constraint as a check.

        Args:
            constraint: No guardrail.
            earlier: Id of the milestone it refers to, or ``start``.

        Raises:
            NoFormError: There is no check that compares the same.
        """
        function, bound = _taken_apart(constraint.snapshot_constraint)
        verb = _VERBS.get(function)
        if verb is None:
            message = f"tables are compared by {described(function)}, a function of your own"
            raise NoFormError(message)
        wanted = _wanted(constraint)
        measures = measures_of(constraint, wanted.columns)
        if verb == "using":
            return self._dependent_check(wanted, measures, bound, earlier)
        if verb == "state":
            short = self._called(wanted, measures) or self._spoken(wanted, measures)
            return short or _table_check(verb, wanted, measures)
        if earlier is None:
            message = f"{verb!r} without a reference fails when evaluated"
            raise NoFormError(message)
        since = {} if earlier == spec.START else {"since": earlier}
        return {**_table_check(verb, wanted, measures), **since}

    def _called(self, wanted: _Wanted, measures: Measures) -> Check | None:
        """The check as ``called``, if it is one that this verb can say."""
        if wanted.parties("tool_trace") != _RESULT or measures.match or measures.within:
            return None
        calls = self._calls(wanted.rows[0]["tool_trace"])
        if calls is None:
            return None
        named = {name for call in calls for arguments in call.values() for name in arguments}
        within = {name: value for name, value in measures.trace_tolerances.items() if name in named}
        return {"called": _short_calls(calls), **({"within": within} if within else {})}

    def _calls(self, text: Any) -> list[dict[str, dict[str, Any]]] | None:
        try:
            decoded = json.loads(text)
        except (TypeError, ValueError):
            return None
        traces = decoded if isinstance(decoded, list) else [decoded]
        calls = [self._call(trace) for trace in traces]
        return None if None in calls or not calls else calls  # type: ignore[return-value]

    def _call(self, trace: Any) -> dict[str, dict[str, Any]] | None:
        if not isinstance(trace, dict) or not isinstance(trace.get("arguments"), dict):
            return None
        name, arguments = trace.get("tool_name"), trace["arguments"]
        if (
            not isinstance(name, str)
            or name not in self.tools
            or not all(is_plain(value) for value in arguments.values())
        ):
            return None
        known = self.tools[name]
        return {name: arguments} if known is None or arguments.keys() <= known else None

    def _spoken(self, wanted: _Wanted, measures: Measures) -> Check | None:
        parties, way = wanted.parties("content"), measures.match.get("content")
        if parties is None or measures.match.keys() - {"content"} or measures.within:
            return None
        content = wanted.rows[0]["content"]
        if not isinstance(content, str) or not content.strip():
            return None
        if parties == _REQUEST and way == "contains" and content in self.tools:
            return {"requested": content}
        return {"said": content, **({"match": way} if way else {})} if parties == _STATEMENT else None

    def _dependent_check(
        self, wanted: _Wanted, measures: Measures, bound: Mapping[str, Any], earlier: str | None
    ) -> Check:
        if earlier is None:
            message = "a value is taken from a result, but from no milestone, which fails when evaluated"
            raise NoFormError(message)
        fill = bound.get("fill_to")
        if fill not in spec.FILLED or fill not in wanted.columns:
            message = f"a value is filled into {fill!r}, which the wanted message does not have"
            raise NoFormError(message)
        using = {"from": earlier, **_using(bound.get("extractor"), as_text=fill == "content")}
        short = self._called(wanted, measures) if fill == "tool_trace" else self._spoken(wanted, measures)
        if short is None or not short.keys() & {"called", "said"}:
            return {**_table_check("state", wanted, measures), "using": {**using, "fill": fill}}
        within = _kept_tolerances(short, measures, using) if "called" in short else {}
        return {**short, **({"within": within} if within else {}), "using": using}


@frozen
class _Wanted:
    """The wanted rows of a constraint."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]

    def parties(self, column: str) -> tuple[Any, Any] | None:
        """Sender and recipient of the one wanted message that names nothing but them and ``column``."""
        if self.table != DatabaseNamespace.SANDBOX or len(self.rows) != 1:
            return None
        row = self.rows[0]
        return (row["sender"], row["recipient"]) if set(self.columns) == {"sender", "recipient", column} else None


def is_plain(value: Any) -> bool:
    """Whether a scenario file can hold the value and give it back the same."""
    if isinstance(value, (list, tuple)):
        return all(is_plain(item) for item in value)
    return value is None or isinstance(value, (str, int)) or (isinstance(value, float) and not math.isnan(value))


def _taken_apart(function: Any) -> tuple[Any, Mapping[str, Any]]:
    """A snapshot function and what is bound to it."""
    if not isinstance(function, partial):
        return function, {}
    allowed = {"fill_to", "extractor"} if function.func is snapshots.tool_trace_dependant_similarity else set()
    if function.args or function.keywords.keys() - allowed:
        message = f"{described(function.func)} has arguments bound that a file cannot name"
        raise NoFormError(message)
    return function.func, function.keywords


def _wanted(constraint: SnapshotConstraint) -> _Wanted:
    rows = constraint.target_rows
    if rows is None:
        message = "there is no target, so it fails when evaluated"
        raise NoFormError(message)
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    known = schema_of(constraint.database_namespace).columns
    if unknown := [name for name in columns if name not in known]:
        message = f"the table {constraint.database_namespace} has no column {unknown[0]!r}"
        raise NoFormError(message)
    for row in rows:
        for name, value in row.items():
            if not is_plain(value):
                message = f"the wanted {value!r} in column {name!r} is not a text, number, truth value or list"
                raise NoFormError(message)
    return _Wanted(str(constraint.database_namespace), columns, tuple(rows))


def _table_check(verb: str, wanted: _Wanted, measures: Measures) -> Check:
    if wanted.table == DatabaseNamespace.SANDBOX and measures.within:
        message = f"the log's column {next(iter(measures.within))!r} is not a number, so comparing by closeness fails"
        raise NoFormError(message)
    rows = [dict(row) for row in wanted.rows]
    check: Check = {verb: {wanted.table.lower(): rows[0] if len(rows) == 1 else rows}}
    if measures.match:
        check["match"] = dict(measures.match)
    if within := {**measures.within, **measures.trace_tolerances}:
        check["within"] = within
    return check


def _short_calls(calls: list[dict[str, dict[str, Any]]]) -> Any:
    short = [call if all(call.values()) else next(iter(call)) for call in calls]
    return short[0] if len(short) == 1 else short


def _using(extractor: Any, *, as_text: bool) -> dict[str, Any]:
    if isinstance(extractor, ResultExtractor) and extractor.as_text == as_text:
        return {"take": dict(extractor.take)}
    for name in spec.EXTRACTORS:
        if getattr(tool_trace_extractors, name) is extractor:
            return {"extractor": name}
    message = f"values are taken from a result by {described(extractor)}, a function of your own"
    raise NoFormError(message)


def _kept_tolerances(check: Check, measures: Measures, using: Mapping[str, Any]) -> dict[str, Any]:
    """The tolerances that can matter: of wanted arguments, and of those that are filled in."""
    if "extractor" in using:
        return dict(measures.trace_tolerances)
    named = check.get("within", {}).keys() | using["take"].keys()
    return {name: value for name, value in measures.trace_tolerances.items() if name in named}
