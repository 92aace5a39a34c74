"""Runs in the XML of JUnit, which most programs that build software show as tests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tool_sandbox.runs.outcomes import SampleResult, is_success
from tool_sandbox.runs.reasons import reason_of

if TYPE_CHECKING:
    from tool_sandbox.runs.run import Report

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(reports: Sequence[Report]) -> str:
    """One suite for each run and one test for each sample: passed when it is a success, in error when it is void."""
    root = ET.Element("testsuites", name="tool_sandbox")
    for report in reports:
        root.append(_suite(report))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(report: Report) -> ET.Element:
    results, agent = report.results, _clean(str(report.summary["run"]["agent"]))
    failed = {result.key for result in results if _has_failed(result, report.summary["score"]["pass_at"])}
    suite = ET.Element(
        "testsuite",
        name=agent,
        tests=str(len(results)),
        failures=str(len(failed)),
        errors=str(sum(result.status == "void" for result in results)),
        time=f"{sum(result.duration for result in results):.3f}",
    )
    several = any(result.trial for result in results)
    for result in results:
        name = f"{result.name} #{result.trial}" if several else result.name
        test = ET.SubElement(suite, "testcase", classname=agent, name=_clean(name), time=f"{result.duration:.3f}")
        _add_verdict(test, result, report.directory, has_failed=result.key in failed)
    return suite


def _has_failed(result: SampleResult, pass_at: float) -> bool:
    return result.status == "scored" and not is_success(result.similarity, pass_at)


def _add_verdict(test: ET.Element, result: SampleResult, directory: str, *, has_failed: bool) -> None:
    place = f"{directory}/{result.trajectory}" if result.trajectory else directory
    if reason := reason_of(result):
        error = ET.SubElement(
            test, "error", type=_clean(reason.kind), message=_clean(f"void, {result.cause}: {reason.words}")
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
