"""From what a text has to contain, as written, to how it is compared: answers, and texts that the agent composes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from tool_sandbox.common.vocabulary import DatabaseNamespace
from tool_sandbox.evaluation.comparing.answers import TextSimilarity, WantedText
from tool_sandbox.scenarios.compiling.facts import FactCompiler, tolerance_of
from tool_sandbox.scenarios.compiling.values import Values
from tool_sandbox.scenarios.language import checks as spec
from tool_sandbox.scenarios.language.document import Mapping as YamlMapping
from tool_sandbox.scenarios.language.facts import Composed
from tool_sandbox.scenarios.language.models import read

_SENDER_RECIPIENT_CONTENT = 3


@frozen
class Texts:
    """The texts of one check, in one table, that are judged by facts.

    Args:
        columns: How many columns of the table are compared.
        wanted: Column → wanted cell → what it stands for.
    """

    columns: int
    wanted: Mapping[str, Mapping[str, WantedText]] = field(factory=dict)

    @classmethod
    def of(cls, check: spec.Check, table: str, values: Values, *, by_likeness: bool = False) -> Texts:
        """What a check says of texts.

        Args:
            check: The check as written.
            table: Upper-case name of a table that it speaks of.
            values: Works values out.
            by_likeness: Sentences without facts are compared by their wording, also those that are filled in.

        Raises:
            ScenarioError: A fact is not written as it should be.
        """
        compiler = FactCompiler(values)
        if check.verb == "said":
            if check.match or not (check.facts or (check.using and not by_likeness)):
                return cls(_SENDER_RECIPIENT_CONTENT)
            tolerance = tolerance_of(check.within.get("content"))
            wanted = compiler.text(check.said, check.facts, check.never, check.at("facts"), tolerance)
            return cls(_SENDER_RECIPIENT_CONTENT, {"content": {check.said: wanted}})
        rows = check.rows.get(DatabaseNamespace(table) if table in DatabaseNamespace.__members__ else table, ())
        found: dict[str, dict[str, WantedText]] = {}
        for row in rows:
            for column, cell in row.items():
                if _is_composed(cell):
                    composed = read(Composed, cell, row.at(column))
                    wanted = compiler.text(composed.text, composed.facts, composed.never, composed.place)
                    found.setdefault(column, {})[_shown(cell)] = wanted
        return cls(len({column for row in rows for column in row}), found)

    def plain(self, row: YamlMapping) -> YamlMapping:
        """A row with a text in the place of what a text has to contain."""
        plain = YamlMapping(
            {column: _shown(cell) if _is_composed(cell) else cell for column, cell in row.items()}, row.line, row.lines
        )
        plain.place = row.place
        return plain

    def measures(self, *, whole: bool) -> dict[str, TextSimilarity]:
        """How these columns are compared.

        Args:
            whole: Nothing counts unless every fact is there.
        """
        return {column: TextSimilarity(texts, self.columns, whole) for column, texts in self.wanted.items()}


def composed_words(checks: Iterable[spec.Check]) -> Iterator[str]:
    """The words of what the agent has to write, which a report of it may take up."""
    for check in checks:
        for row in (row for rows in check.rows.values() for row in rows):
            for cell in filter(_is_composed, row.values()):
                yield from _strings([cell.get("text"), cell.get("facts")])


def _strings(written: Any) -> Iterator[str]:
    if isinstance(written, str):
        yield written
    elif isinstance(written, Mapping | Sequence):
        for each in written.values() if isinstance(written, Mapping) else written:
            yield from _strings(each)


def _is_composed(cell: Any) -> bool:
    return isinstance(cell, YamlMapping) and any(key in cell for key in Composed.known_keys())


def _shown(cell: YamlMapping) -> str:
    """What stands in the wanted row: a good text, else the facts as written."""
    return str(cell.get("text") or cell["facts"])
