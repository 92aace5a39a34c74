"""The conformance suite as a table: ``python -m tests.providers.matrix``.

A row is a behaviour, a column a provider; ``ok`` and ``FAIL`` are outcomes of the suite that has just run, ``-`` marks
what a provider's format cannot express. The exit code is the suite's.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.providers.catalogue import PROVIDERS

SUITE = Path(__file__).with_name("test_conformance.py")
NAMES = [provider.name for provider in PROVIDERS]


class Collector:
    """A pytest plugin that remembers every outcome by behaviour and provider."""

    def __init__(self) -> None:
        self.cells: dict[str, dict[str, bool]] = defaultdict(dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one phase of one test; a test is good when none of its phases failed."""
        behaviour, provider = cell(report.nodeid)
        if report.when == "call" or report.failed:
            good = self.cells[behaviour].get(provider, True)
            self.cells[behaviour][provider] = good and report.passed

    def table(self) -> str:
        """The matrix, with a line of totals."""
        width = max(len(behaviour) for behaviour in self.cells)
        lines = [" " * width + "  " + "  ".join(NAMES)]
        for behaviour, outcomes in self.cells.items():
            marks = [MARKS[outcomes.get(name)].center(len(name)) for name in NAMES]
            lines.append(f"{behaviour:{width}}  {'  '.join(marks)}".rstrip())
        cells = [good for row in self.cells.values() for good in row.values()]
        lines.append("")
        lines += [f"{provider.name}: {note}" for provider in PROVIDERS for note in provider.notes]
        lines.append(f"{len(self.cells)} behaviours, {len(NAMES)} providers: {sum(cells)} of {len(cells)} cells good")
        return "\n".join(lines)


MARKS = {True: "ok", False: "FAIL", None: "-"}


def cell(nodeid: str) -> tuple[str, str]:
    """Behaviour and provider of a test, from its id."""
    test, _, parameters = nodeid.rpartition("::")[2].partition("[")
    given = [part for part in parameters.rstrip("]").split("-") if part]
    provider = next((part for part in given if part in NAMES), "")
    rest = [part for part in given if part != provider]
    behaviour = re.sub(r"^fault (that stays|that may pass)", "fault", test.removeprefix("test_").replace("_", " "))
    return " ".join([behaviour, *rest]).replace("_", " "), provider


def main() -> int:
    """Run the suite quietly and print the table."""
    collector = Collector()
    options = ["-q", "-q", "--no-header", "--no-summary", "-p", "no:cacheprovider", *sys.argv[1:]]
    code = pytest.main([*options, str(SUITE)], plugins=[collector])
    if collector.cells:
        sys.stdout.write(f"\n{collector.table()}\n")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
