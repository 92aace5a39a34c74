"""From checks as written to what the evaluation matches: constraints and milestones."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import Factory, field, frozen

from tool_sandbox.common.vocabulary import DatabaseNamespace, RoleType
from tool_sandbox.evaluation.comparing.calls import CallSimilarity, Canonical, RequestSimilarity
from tool_sandbox.evaluation.credit import Credit, Kind
from tool_sandbox.nearest import hint
from tool_sandbox.scenarios.compiling.extraction import ResultExtractor
from tool_sandbox.scenarios.compiling.order import Order
from tool_sandbox.scenarios.compiling.texts import Texts
from tool_sandbox.scenarios.compiling.values import Values
from tool_sandbox.scenarios.language import checks as spec
from tool_sandbox.scenarios.language.entries import Entry
from tool_sandbox.scenarios.language.tolerances import Seconds

if TYPE_CHECKING:
    from tool_sandbox.common.evaluation import Milestone, SnapshotConstraint

_LOG = DatabaseNamespace.SANDBOX
_RESULT = {"sender": RoleType.EXECUTION_ENVIRONMENT.value, "recipient": RoleType.AGENT.value}
_REQUEST = {"sender": RoleType.AGENT.value, "recipient": RoleType.EXECUTION_ENVIRONMENT.value}
_STATEMENT = {"sender": RoleType.AGENT.value, "recipient": RoleType.USER.value}
_FIRST_USER_MESSAGE = -1


@frozen
class NodeCompiler:
    """Compiles the milestones, or the minefields, of one entry.

    Args:
        values: Works values out in the entry's world.
        order: The order between the nodes.
        canonical: Tool → what makes equal arguments equal.
        forbidden: The nodes are minefields.
        by_likeness: Texts without facts are compared by their wording.
        called: Id of a node → the tools of which it sees a result; only of those can a later node use one.
    """

    values: Values
    order: Order
    canonical: Mapping[str, Canonical] = Factory(dict)
    forbidden: bool = False
    by_likeness: bool = False
    called: Mapping[str, frozenset[str]] = Factory(dict)
    _known: dict[Hashable, tuple[spec.Check, Any]] = field(init=False, factory=dict, eq=False, repr=False)
    """What was made of a check: the outcome asks for that of the milestones' once more."""

    def node(self, node: spec.WrittenMilestone) -> Milestone:
        """One milestone, or one minefield."""
        from tool_sandbox.common import evaluation

        constraints = [
            self.constraint(check, table, self.reference(check, node))
            for check in node.checks
            for table in tables_of(check)
        ]
        make = evaluation.Minefield if self.forbidden else evaluation.Milestone
        if node.may_change is not None:
            excluded = [DatabaseNamespace(name) for name in node.may_change]
            return make(constraints, guardrail_database_exclusion_list=excluded, id=node.id, because=node.because)
        # A minefield is tripped by what happened, whatever else changed; a milestone guards the other tables.
        guarded: list[DatabaseNamespace] | None = [] if self.forbidden else None
        return make(constraints, guardrail_database_list=guarded, id=node.id, because=node.because)

    def constraint(self, check: spec.Check, table: str, reference: int | None = None) -> SnapshotConstraint:
        """What one check demands of one table.

        Args:
            check: The check as written.
            table: Upper-case name of a table that it speaks of.
            reference: Milestone whose message it refers to.
        """
        constraint: SnapshotConstraint = self._once(check, (table, reference), self._made)
        return constraint

    def _texts(self, check: spec.Check, table: str) -> Texts:
        texts: Texts = self._once(check, (table,), partial(Texts.of, values=self.values, by_likeness=self.by_likeness))
        return texts

    def _once(self, check: spec.Check, about: tuple[Any, ...], make: Callable[..., Any]) -> Any:
        key = (id(check), about)
        if key not in self._known:
            self._known[key] = check, make(check, *about)  # kept with the check, so that no other one gets its id
        return self._known[key][1]

    def _made(self, check: spec.Check, table: str, reference: int | None) -> SnapshotConstraint:
        from tool_sandbox.common import evaluation

        texts = self._texts(check, table)
        return evaluation.SnapshotConstraint(
            database_namespace=DatabaseNamespace(table),
            snapshot_constraint=self._similarity(check),
            reference_milestone_node_index=reference,
            target_dataframe=self._target(check, table, texts),
            column_similarity_measure={**self._measures(check, table), **texts.measures(whole=self.forbidden)},
        )

    def _similarity(self, check: spec.Check) -> Callable[..., float]:
        from tool_sandbox.common import evaluation

        if check.using is not None:
            fill_to = check.using.fill or ("tool_trace" if check.verb == "called" else "content")
            in_words = self.by_likeness or bool(check.match)
            tools = None if self.by_likeness else self.called.get(check.using.milestone)
            extractor = _extractor(check.using, tools, as_text=fill_to == "content" and in_words)
            return partial(evaluation.tool_trace_dependant_similarity, fill_to=fill_to, extractor=extractor)
        of_verb: dict[str, Callable[..., float]] = {
            "added": evaluation.addition_similarity,
            "updated": evaluation.update_similarity,
            "removed": evaluation.removal_similarity,
        }
        return of_verb.get(check.verb, evaluation.snapshot_similarity)

    def reference(self, check: spec.Check, node: spec.WrittenMilestone) -> int | None:
        """Position of the milestone that a check refers to, -1 for the start, ``None`` when it refers to none.

        Raises:
            ScenarioError: There is no such milestone before this one.
        """
        if check.using is None and check.verb not in spec.CHANGES:
            return None
        name = check.using.milestone if check.using else check.since
        if name == spec.START:
            return _FIRST_USER_MESSAGE
        key = "using" if check.using else "since"
        if name not in self.order.ids:
            raise check.at(key).error(f"there is no {name!r} here; {hint(name, self.order.ids)}")
        if name not in self.order.ancestors(node.id):
            raise check.at(key).error(f"{name!r} does not surely come before {node.id!r}; add it to 'after'.")
        return self.order.ids.index(name)

    def _target(self, check: spec.Check, table: str, texts: Texts) -> list[dict[str, Any]]:
        if check.verb == "called":
            gave = {"result": self.values.mapping(check.gave)} if check.gave else {}
            traces = [
                {"tool_name": call.tool, "arguments": self.values.mapping(call.arguments), **gave}
                for call in check.calls
            ]
            return [
                {**_RESULT, "tool_trace": json.dumps(traces[0] if len(traces) == 1 else traces, ensure_ascii=False)}
            ]
        if check.verb == "requested":
            return [{**_REQUEST, "content": check.requested[0]}]
        if check.verb == "said":
            return [{**_STATEMENT, "content": check.said}]
        return [self.values.mapping(texts.plain(row)) for row in check.rows[table]]

    def _measures(self, check: spec.Check, table: str) -> dict[str, Callable[..., Any]]:
        """How columns are compared where the table's own way is not wanted."""
        if check.verb == "called" and not self.by_likeness:
            self._check_units(check)
            return {"tool_trace": CallSimilarity(dict(check.within), self.canonical)}
        return _column_similarities(check, table)

    def _check_units(self, check: spec.Check) -> None:
        """Refuse a duration as the tolerance of what the tool counts in a unit of its own, such as hours."""
        for call in check.calls:
            canonical = self.canonical.get(call.tool)
            for name in filter(call.arguments.__contains__, check.within):
                if canonical and isinstance(check.within[name], Seconds) and name not in canonical({name: 1}):
                    problem = (
                        f"{call.tool} counts in {name}, so its tolerance is a number of {name}, such as {name}: 0.5."
                    )
                    raise check.at("within", name).error(problem)


def tables_of(check: spec.Check) -> tuple[str, ...]:
    """The tables, in upper case, that a check speaks of."""
    return tuple(check.rows) if check.verb in spec.TABLE_VERBS else (_LOG.value,)


def _extractor(
    using: spec.Using, tools: frozenset[str] | None, *, as_text: bool
) -> Callable[..., list[dict[str, Any]]]:
    if using.extractor is None:
        return ResultExtractor(using.take.items(), as_text=as_text, tools=tools)
    from tool_sandbox.common import tool_trace_extractors

    extractor: Callable[..., list[dict[str, Any]]] = getattr(tool_trace_extractors, using.extractor)
    return extractor


def _column_similarities(check: spec.Check, table: str) -> dict[str, Callable[..., Any]]:
    from tool_sandbox.common import evaluation

    traces = partial(evaluation.column_tool_trace_exact_match_similarity, atol_dict=dict(check.within))
    if check.verb == "requested":
        several = len(check.requested) > 1
        return {"content": RequestSimilarity(check.requested) if several else evaluation.column_contains_similarity}
    if check.verb == "called":
        return {"tool_trace": traces} if check.within else {}
    ways = {
        "exact": evaluation.column_exact_match_similarity,
        "likeness": evaluation.column_rouge_l_similarity,
        "contains": evaluation.column_contains_similarity,
        "any": evaluation.column_one_similarity,
    }
    columns = {name for row in check.rows.get(table, ()) for name in row} if check.rows else {"content"}
    chosen: dict[str, Callable[..., Any]] = {name: ways[way] for name, way in check.match.items() if name in columns}
    if table == _LOG and check.within and "tool_trace" in columns:
        return {**chosen, "tool_trace": traces}
    for name in check.within if check.rows else ():
        if name in columns:
            chosen[name] = partial(evaluation.column_close_similarity, atol_dict=dict(check.within))
    return chosen


@frozen
class Nodes:
    """Compiled milestones, or minefields, and the order between them.

    Args:
        nodes: In file order.
        edges: Pairs of positions, the first before the second; ``None`` for a single node.
        compiler: What compiled them.
    """

    nodes: list[Milestone]
    edges: list[tuple[int, int]] | None
    compiler: NodeCompiler


def compiled(entry: Entry, values: Values, canonical: Mapping[str, Canonical], *, forbidden: bool = False) -> Nodes:
    """An entry's milestones, or (``forbidden``) its minefields, as the evaluation matches them.

    Args:
        entry: The scenario as written.
        values: Works values out in its world.
        canonical: Tool → what makes equal arguments equal.
        forbidden: Its minefields are wanted.

    Raises:
        ScenarioError: Ids, order or values of the nodes do not work out.
    """
    nodes = entry.minefields if forbidden else entry.milestones
    called = {node.id: frozenset(call.tool for check in node.checks for call in check.calls) for node in nodes}
    seen = {name: tools for name, tools in called.items() if tools}
    compiler = NodeCompiler(values, Order.of(nodes), canonical, forbidden, entry.scoring == "original", seen)
    return Nodes([compiler.node(node) for node in nodes], compiler.order.edges(), compiler)


def credit_of(nodes: Sequence[spec.WrittenMilestone]) -> Credit:
    """What each milestone is about, which decides what it counts for."""
    return Credit(tuple(_kind(node) for node in nodes))


def _kind(node: spec.WrittenMilestone) -> Kind:
    if any(set(check.rows) - {_LOG} for check in node.checks):
        return Kind.DEED
    verbs = {check.verb for check in node.checks}
    return Kind.LOOK_UP if "called" in verbs else Kind.WORDS if "said" in verbs else Kind.ATTEMPT
