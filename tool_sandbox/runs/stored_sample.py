"""One sample of a finished run with what it left behind: its conversation and its world."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from attrs import field, fields, frozen

from tool_sandbox.common.counted import counted
from tool_sandbox.common.execution_context import ExecutionContext
from tool_sandbox.common.trajectory import EXECUTION_CONTEXT, pretty_print
from tool_sandbox.common.transcript import is_few_shot
from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.evaluation.explanation.explain import explain
from tool_sandbox.evaluation.explanation.remarks import annotated
from tool_sandbox.runs.json_files import read_object
from tool_sandbox.runs.lazy_sequence import LazySequence
from tool_sandbox.runs.outcomes import SampleResult
from tool_sandbox.runs.recorded_scenarios import scenarios_of_run
from tool_sandbox.runs.sample_explanation import explanation_of, failure_text, is_judged
from tool_sandbox.runs.store import RunStore
from tool_sandbox.runs.written_results import WrittenResults

if TYPE_CHECKING:
    from tool_sandbox.common.annotations import Annotations
    from tool_sandbox.common.message import Message
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.evaluation.explanation.explanation import Explanation
    from tool_sandbox.runs.numbers import RunNumbers


class Conversation(Sequence["Message"]):
    """The messages of one sample in order; examples that only the simulated user sees are left out.

    Args:
        world: The world after the last message.
        annotations: What is to be said about them where they are printed.
    """

    def __init__(self, world: ExecutionContext, annotations: Annotations | None = None) -> None:
        self._world, self._annotations = world, annotations
        log = zip(world.messages(), world.log(), strict=True)
        self._messages = tuple(message for message, row in log if not is_few_shot(row))

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Message]: ...
    def __getitem__(self, index: int | slice) -> Message | Sequence[Message]:
        """One message, or some of them."""
        return self._messages[index]

    def __len__(self) -> int:
        return len(self._messages)

    def __str__(self) -> str:
        return pretty_print(self._world, self._annotations)

    def __repr__(self) -> str:
        return f"<Conversation of {len(self)} messages; print() shows them>"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


@frozen(kw_only=True, repr=False)
class StoredSample(SampleResult):
    """What is known about one sample, and what it left behind: its conversation and its world."""

    store: RunStore = field(eq=False)
    """The directory of its run."""
    scenarios: Mapping[str, Scenario] = field(factory=dict, eq=False)
    """What was played, by name, as far as it is at hand."""

    @classmethod
    def of(cls, result: SampleResult, store: RunStore, scenarios: Mapping[str, Scenario] | None = None) -> StoredSample:
        """What is known about a sample, with the directory that holds its files, and what was played."""
        known: dict[str, Any] = {each.name: getattr(result, each.name) for each in fields(SampleResult)}
        return cls(**known, store=store, scenarios={} if scenarios is None else scenarios)

    @property
    def world(self) -> ExecutionContext:
        """The world after the last message: ``world.rows(table)`` gives the rows of a table.

        Raises:
            SettingsError: The sample was not played, or its files are gone.
        """
        folder = self.store.trajectory_of(self.to_record())
        if self.trajectory is None and not folder.is_dir():
            why = f"it is void ({self.cause})" if self.cause else "its trajectory is not in the run directory"
            message = f"there is no conversation of {self.name!r}: {why}."
            raise SettingsError(message)
        content = read_object(folder / EXECUTION_CONTEXT)
        try:
            return ExecutionContext.from_dict(content)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            message = f"{str(folder / EXECUTION_CONTEXT)!r} holds no world as a run writes it: {error!r}."
            raise SettingsError(message) from error

    @property
    def conversation(self) -> Conversation:
        """The messages; printed, they are the transcript for people.

        Raises:
            SettingsError: The sample was not played, or its files are gone.
        """
        return Conversation(self.world, annotated(explanation_of(self)))

    def explain(self, scenario: Scenario | None = None) -> Explanation:
        """Why it scored what it did; printed, it is for people.

        Args:
            scenario: What was played; by default the scenario of this name where the run took it from.

        Raises:
            UsageError: That is not to be found.
            SettingsError: The files of the sample are gone.
        """
        known = self.scenarios if scenario is None else {self.name: scenario}
        with scenarios_of_run(self.store, known=known if self.name in known else None) as scenarios:
            return self.explained_by(scenarios)

    def explained_by(self, scenarios: Mapping[str, Scenario]) -> Explanation:
        """``explain`` inside of ``scenarios_of_run``, which gives the scenarios, for many samples of one run."""
        if not is_judged(self):
            return explanation_of(self)
        if self.name not in scenarios:
            message = f"there is no scenario {self.name!r} any more; say where it is with --scenarios-from."
            raise UsageError(message)
        return explanation_of(self, explain(scenarios[self.name], self.world))

    def __repr__(self) -> str:
        trial = f" #{self.trial}" if self.trial else ""
        return f"<Sample {self.name}{trial}: {self._verdict()}>"

    def _verdict(self) -> str:
        if self.status == "scored":
            return f"{self.similarity or 0:.3f} in {counted(self.turn_count or 0, 'turn')}"
        return f"void, {failure_text(self)}"

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(repr(self))}</code>"


class StoredSamples(LazySequence[StoredSample]):
    """The samples of a long run, each made from its result when it is looked at.

    Args:
        results: Their results.
        store: The directory of the run.
        scenarios: What was played, by name, where it is at hand.
    """

    def __init__(
        self, results: WrittenResults, store: RunStore, scenarios: Mapping[str, Scenario] | None = None
    ) -> None:
        super().__init__(len(results), lambda at: StoredSample.of(results[at], store, scenarios))
        self.find = results.find
        self._results = results

    @property
    def numbers(self) -> RunNumbers:
        """What they come to."""
        return self._results.numbers

    @property
    def records(self) -> Sequence[Mapping[str, Any]]:
        """Each of them as JSON-able data."""
        return self._results.records
