"""Let others watch the calls: OpenTelemetry spans of our own, and LiteLLM's callbacks by name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from tool_sandbox.errors import MissingDependencyError, SettingsError, how_to_install
from tool_sandbox.llm.chat import CallTag, ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.layers.span_attributes import of_error, of_request, of_response
from tool_sandbox.redaction import redact_text

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

_OWN_NAMES = ("otel", "opentelemetry")


class Traced(Wrapper):
    """A model each of whose calls is a span: who asked whom, in which turn of which trial, tokens and cost.

    Belongs outermost, where cached and replayed answers are seen for what they are.

    Args:
        inner: The model.
        tracer: Makes the spans.
        content: Whether what is said goes into the spans as well.
    """

    def __init__(self, inner: ChatModel, tracer: Tracer, *, content: bool = False) -> None:
        super().__init__(inner)
        self._tracer = tracer
        self._content = content

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer within a span."""
        with self._span(request) as span:
            response = await self.inner.acomplete(request)
            span.set_attributes(of_response(response))
            if self._content:
                said = {"text": response.text, "tool_calls": [call.to_dict() for call in response.tool_calls]}
                span.set_attribute("gen_ai.output.messages", _text([said]))
            return response

    @contextmanager
    def _span(self, request: ChatRequest) -> Iterator[Span]:
        from opentelemetry.trace import SpanKind, Status, StatusCode

        attributes = of_request(request)
        if self._content:
            attributes["gen_ai.input.messages"] = _text(request.messages)
            attributes["gen_ai.tool.definitions"] = _text(request.tools)
        with self._tracer.start_as_current_span(
            f"chat {request.model}",
            kind=SpanKind.CLIENT,
            attributes=attributes,
            record_exception=False,  # a traceback can hold anything, keys included
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except BaseException as error:
                span.set_attributes(of_error(error))
                span.set_status(Status(StatusCode.ERROR, redact_text(str(error))))
                raise


@frozen
class Tracing:
    """A tracer, and how to finish what it began."""

    tracer: Tracer
    provider: TracerProvider | None = None
    """Ours to close; ``None`` when the application brought its own."""

    def close(self) -> None:
        """Write out what is left."""
        if self.provider is not None:
            self.provider.shutdown()


def open_tracing(path: Path | None = None) -> Tracing:
    """A tracer of the application's own OpenTelemetry set-up; without one, spans go to a file, one JSON object a line.

    Nothing global is changed: two runs in one process may write to two files.

    Args:
        path: The file, such as ``spans.jsonl`` in the run directory.

    Raises:
        MissingDependencyError: If OpenTelemetry is not installed.
    """
    try:
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
    except ImportError as error:
        message = f"the callback 'otel' needs OpenTelemetry, which is not installed: {how_to_install('otel')}"
        raise MissingDependencyError(message) from error
    if path is None or not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return Tracing(trace.get_tracer("tool_sandbox", version("tool_sandbox")))

    class FileExporter(ConsoleSpanExporter):
        """One JSON object a line, in a file that is closed at the end."""

        def shutdown(self) -> None:
            self.out.close()

    provider = TracerProvider(shutdown_on_exit=False)
    file = path.open("a", encoding="utf-8")
    exporter = FileExporter(out=file, formatter=lambda span: span.to_json(indent=None) + "\n")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Tracing(provider.get_tracer("tool_sandbox", version("tool_sandbox")), provider)


OLDER_CALLBACKS = (
    "athina", "dynamodb", "greenscale", "helicone", "lunary", "promptlayer", "s3", "sentry", "slack", "supabase",
    "traceloop", "wandb",
)  # fmt: skip
"""Callbacks that LiteLLM takes beside those it lists (1.110.2, November 2026)."""

_CALLBACKS_BY_MODULE = {
    "boto3": ("aws_sqs", "dynamodb", "s3", "s3_v2"),
    "langfuse": ("langfuse",),
    "lunary": ("lunary",),
    "mlflow": ("mlflow",),
    "opentelemetry.exporter.otlp": (
        "agentops", "arize", "arize_phoenix", "langfuse_otel", "langtrace", "levo", "logfire", "signoz", "weave_otel",
    ),
    "prometheus_client": ("prometheus",),
    "sentry_sdk": ("sentry",),
    "supabase": ("supabase",),
    "traceloop": ("traceloop",),
    "wandb": ("wandb",),
}  # fmt: skip
"""Which LiteLLM callbacks need which module (1.110.2, November 2026); the others do with what LiteLLM itself needs."""


@frozen
class Callbacks:
    """Who is told about calls."""

    otel: bool = False
    """Our own spans."""
    litellm: tuple[str, ...] = ()
    """Names that LiteLLM knows."""


def parse_callbacks(names: str | Iterable[Any] | None) -> Callbacks:
    """Callbacks from their names: ``otel`` is ours, any other is LiteLLM's, such as ``langfuse``.

    Raises:
        SettingsError: If something is not a name.
    """
    listed = names.split(",") if isinstance(names, str) else list(names or ())
    for name in listed:
        if not isinstance(name, str) or not name.strip():
            message = f"callback {name!r}: expected a name such as 'otel' or 'langfuse'"
            raise SettingsError(message)
    clean = list(dict.fromkeys(name.strip().lower() for name in listed))
    return Callbacks(
        otel=any(name in _OWN_NAMES for name in clean),
        litellm=tuple(name for name in clean if name not in _OWN_NAMES),
    )


def check_packages(callbacks: Callbacks) -> None:
    """Make sure that these callbacks can work: LiteLLM is silent about a missing package, or installs it by itself.

    Raises:
        MissingDependencyError: A package is missing.
    """
    wanted = [("otel", "opentelemetry.sdk")] if callbacks.otel else []
    wanted += [
        (name, module) for module, names in _CALLBACKS_BY_MODULE.items() for name in callbacks.litellm if name in names
    ]
    for name, module in wanted:
        if not _is_installed(module):
            how = how_to_install("otel") if name == "otel" else f"install the package that has {module!r}"
            message = f"the callback {name!r} needs a package that is not installed: {how}"
            raise MissingDependencyError(message)


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ImportError:  # the package around it is missing
        return False


def callback_params(names: tuple[str, ...], tag: CallTag) -> dict[str, Any]:
    """Keyword arguments of one LiteLLM call that tell these callbacks about it, and nobody else about anything.

    LiteLLM empties the lists that it is given, so they are new each time; its global lists are left alone.

    Args:
        names: LiteLLM's names of the callbacks.
        tag: Where the call belongs; goes along as metadata.
    """
    if not names:
        return {}
    place = {key: value for key, value in asdict(tag).items() if value not in (None, "")}
    metadata = {
        **place,
        "generation_name": f"{tag.role.lower()} turn {tag.turn}",
        "trace_name": tag.scenario,
        "session_id": tag.run,
        "tags": ["tool_sandbox", tag.role],
    }
    return {"success_callback": list(names), "failure_callback": list(names), "metadata": metadata}


def _text(data: Any) -> str:
    return redact_text(json.dumps(data, ensure_ascii=False, default=str))
