"""Every call is a span with its place in the run; callbacks get their call and no global is touched."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, Tracer

from tests.llm.fakes import FakeModel, answer, call, question
from tests.waiting import HANG, auntil
from tool_sandbox.errors import MissingDependencyError, RateLimitError, SettingsError, how_to_install
from tool_sandbox.llm.chat import CallTag, Usage
from tool_sandbox.llm.layers.tracing import Traced, callback_params, open_tracing, parse_callbacks

TAG = CallTag(run="r1", scenario="text_plumber", trial=2, role="AGENT", turn=5, user="ada")


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(exporter: InMemorySpanExporter) -> Tracer:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider.get_tracer("test")


def attributes(exporter: InMemorySpanExporter) -> Mapping[str, Any]:
    (span,) = exporter.get_finished_spans()
    return dict(span.attributes or {})


def test_a_call_is_a_span_that_says_who_asked_whom_where_and_at_what_cost(
    tracer: Tracer, exporter: InMemorySpanExporter
) -> None:
    response = answer(
        usage=Usage(prompt_tokens=100, completion_tokens=20, cached_tokens=30, reasoning_tokens=5),
        tool_calls=[call("search_contacts")],
        request_id="req-1",
        fallback=True,
    )

    assert Traced(FakeModel(response), tracer).complete(question(tag=TAG)) == response

    (span,) = exporter.get_finished_spans()
    assert (span.name, span.kind) == ("chat openai/gpt-test", SpanKind.CLIENT)
    expected = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "openai/gpt-test",
        "gen_ai.request.temperature": 0.0,
        "gen_ai.request.max_tokens": 100,
        "gen_ai.response.model": "openai/gpt-test",
        "gen_ai.response.id": "req-1",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 30,
        "gen_ai.usage.reasoning.output_tokens": 5,
        "tool_sandbox.run": "r1",
        "tool_sandbox.scenario": "text_plumber",
        "tool_sandbox.trial": 2,
        "tool_sandbox.role": "AGENT",
        "tool_sandbox.turn": 5,
        "tool_sandbox.user": "ada",
        "tool_sandbox.cost": 0.0035,
        "tool_sandbox.fallback": True,
        "tool_sandbox.tool_calls": ("search_contacts",),
    }
    assert {name: attributes(exporter).get(name) for name in expected} == expected


def test_an_unknown_cost_is_left_out_rather_than_zero(tracer: Tracer, exporter: InMemorySpanExporter) -> None:
    Traced(FakeModel(answer(cost=None, usage=None)), tracer).complete(question())

    assert "tool_sandbox.cost" not in attributes(exporter)
    assert "gen_ai.usage.input_tokens" not in attributes(exporter)


async def test_concurrent_calls_are_siblings_and_not_nested(tracer: Tracer, exporter: InMemorySpanExporter) -> None:
    model = Traced(FakeModel(delay=0.01), tracer)
    with tracer.start_as_current_span("sample"):
        await asyncio.gather(*(model.acomplete(question(str(number))) for number in range(5)))

    *calls, sample = exporter.get_finished_spans()
    assert {span.parent and span.parent.span_id for span in calls} == {sample.context.span_id}


async def test_a_failed_call_is_an_error_without_a_traceback_or_a_key(
    tracer: Tracer, exporter: InMemorySpanExporter
) -> None:
    error = RateLimitError("key sk-0123456789abcdef is over its limit", status=429, request_id="req-2")

    with pytest.raises(RateLimitError):
        await Traced(FakeModel(error), tracer).acomplete(question())

    (span,) = exporter.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == "key [redacted] is over its limit"
    assert span.events == ()
    assert attributes(exporter)["error.type"] == "RateLimitError"
    assert attributes(exporter)["http.response.status_code"] == 429


async def test_a_cancelled_call_ends_its_span(tracer: Tracer, exporter: InMemorySpanExporter) -> None:
    inner = FakeModel(delay=HANG)
    task = asyncio.create_task(Traced(inner, tracer).acomplete(question()))
    await auntil(lambda: inner.running)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert attributes(exporter)["error.type"] == "CancelledError"


@pytest.mark.parametrize("content", [True, False])
def test_what_is_said_is_only_traced_on_request(tracer: Tracer, exporter: InMemorySpanExporter, content: bool) -> None:
    Traced(FakeModel(answer("Dana Osei")), tracer, content=content).complete(question("Who is Dana?"))

    text = json.dumps(attributes(exporter))
    assert ("Who is Dana?" in text) is content
    assert ("Dana Osei" in text) is content


def test_without_a_set_up_of_the_application_spans_go_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "spans.jsonl"
    tracing = open_tracing(path)
    model = Traced(FakeModel(), tracing.tracer)

    for _ in range(2):
        model.complete(question(tag=TAG))
    tracing.close()

    spans = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [span["attributes"]["tool_sandbox.turn"] for span in spans] == [5, 5]


def test_without_a_file_or_a_set_up_tracing_does_nothing() -> None:
    tracing = open_tracing()

    assert Traced(FakeModel(), tracing.tracer).complete(question()).text == "Hello."
    tracing.close()


def test_a_missing_opentelemetry_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "opentelemetry"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)

    with pytest.raises(MissingDependencyError, match=re.escape(how_to_install("otel"))):
        open_tracing()


@pytest.mark.parametrize(
    ("names", "otel", "litellm"),
    [
        (None, False, ()),
        ("otel", True, ()),
        ("langfuse, OTEL", True, ("langfuse",)),
        (["langfuse", "langsmith", "langfuse"], False, ("langfuse", "langsmith")),
    ],
)
def test_callbacks_are_chosen_by_name(names: Any, otel: bool, litellm: tuple[str, ...]) -> None:
    callbacks = parse_callbacks(names)

    assert (callbacks.otel, callbacks.litellm) == (otel, litellm)


@pytest.mark.parametrize("names", ["langfuse,", [7], [""]])
def test_something_that_is_no_name_is_explained(names: Any) -> None:
    with pytest.raises(SettingsError, match="expected a name"):
        parse_callbacks(names)


def test_a_calls_callbacks_come_with_its_place_in_lists_of_its_own() -> None:
    first, second = (callback_params(("langfuse",), TAG) for _ in range(2))
    first["success_callback"].clear()

    assert second["success_callback"] == second["failure_callback"] == ["langfuse"]
    assert second["metadata"].items() >= {"scenario": "text_plumber", "trial": 2, "turn": 5, "session_id": "r1"}.items()
    assert callback_params((), TAG) == {}
