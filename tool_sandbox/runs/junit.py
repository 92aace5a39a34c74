"""Runs in the XML of JUnit, which most programs that build software show as tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tool_sandbox.runs.outcomes import SampleResult, is_success
from tool_sandbox.runs.reasons import reason_of

if TYPE_CHECKING:
    from tool_sandbox.runs.run import Report

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(reports: Sequence[Report]) -> Iterator[str]:
    """One suite for each run and one test for each sample: passed when it is a success, in error when it is void.

    Returns:
        The text in parts, of which each holds one sample at most.
    """
    yield f'<?xml version="1.0" encoding="utf-8"?>\n{_begin(ET.Element("testsuites", name="tool_sandbox"))}'
    for report in reports:
        yield from _suite(report)
    yield "\n</testsuites>\n"


def _suite(report: Report) -> Iterator[str]:
    agent, pass_at = _clean(str(report.summary["run"]["agent"])), report.summary["score"]["pass_at"]
    failed, void, seconds, several = 0, 0, 0.0, False
    for result in report.results:
        failed += _has_failed(result, pass_at)
        void += result.status == "void"
        seconds += result.duration
        several = several or result.trial > 0
    facts = {"name": agent, "tests": str(len(report.results)), "failures": str(failed), "errors": str(void)}
    yield f"\n  {_begin(ET.Element('testsuite', {**facts, 'time': f'{seconds:.3f}'}))}"
    for result in report.results:
        name = f"{result.name} #{result.trial}" if several else result.name
        test = ET.Element("testcase", classname=agent, name=_clean(name), time=f"{result.duration:.3f}")
        _add_verdict(test, result, report.directory, has_failed=_has_failed(result, pass_at))
        ET.indent(test, level=2)
        yield f"\n    {ET.tostring(test, encoding='unicode')}"
    yield "\n  </testsuite>"


def _begin(element: ET.Element) -> str:
    """How an element begins; what is in it follows."""
    written = ET.tostring(element, encoding="unicode", short_empty_elements=False)
    return written.removesuffix(f"</{element.tag}>")


def _has_failed(result: SampleResult, pass_at: float) -> bool:
    return result.status == "scored" and not is_success(result.similarity, pass_at)


def _add_verdict(test: ET.Element, result: SampleResult, directory: str, *, has_failed: bool) -> None:
    place = f"{directory}/{result.trajectory}" if result.trajectory else directory
    if reason := reason_of(result):
        error = ET.SubElement(
            test, "error", type=_clean(reason.kind), message=_clean(f"void, {result.cause}: {reason.told}")
        )
        error.text = _clean(place)
    elif has_failed:
        failure = ET.SubElement(test, "failure", type="score", message=_told(result))
        lost = [f"{each['id']} {each['credit']:.3f}: {each['text']}" for each in result.explanation if each["text"]]
        failure.text = _clean("\n".join([*lost, place]))


def _told(result: SampleResult) -> str:
    outcome = f", outcome {result.outcome:.3f}" if result.outcome is not None else ""
    mines = ", a minefield was hit" if result.minefield_similarity else ""
    return f"score {result.similarity:.3f}{outcome}{mines}"


def _clean(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
