"""The stages of a turn: how long each takes, and, where tracing is on, what was done for which conversation.

Spans carry identifiers only. Without `RECEPTION_TRACES_URL` there are none, and nothing is imported for them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import Counter, Histogram

from reception.errors import MisconfiguredError

STAGE_SECONDS = Histogram(
    "reception_stage_seconds",
    "The stages of turns: line (waiting for others), understand, act",
    ["stage"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2, 2, 4, 8),
)
OUTCOMES = Counter("reception_outcomes_total", "What came of conversations", ["channel", "outcome"])

#: Seconds for the collector to take spans; a batch that it does not take is dropped.
EXPORTING = 2.0
#: OpenTelemetry's provider and tracer, once tracing is on.
_provider: Any = None
_tracer: Any = None


def trace_to(url: str) -> None:
    """Sends spans to an OTLP collector over HTTP from now on (https://…/v1/traces); nowhere when it is empty.

    MisconfiguredError where the libraries for it are not installed.
    """
    if not url:
        trace_with(None)
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise MisconfiguredError(
            "RECEPTION_TRACES_URL: the libraries are missing: pip install 'reception[traces]'"
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "reception"}))
    exporter = OTLPSpanExporter(endpoint=url, timeout=EXPORTING)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace_with(provider)


def trace_with(provider: Any) -> None:
    """Makes spans with this provider of OpenTelemetry, or none; what the last one still has is sent first."""
    global _tracer, _provider
    if _provider is not None:
        _provider.shutdown()
    _provider, _tracer = provider, None if provider is None else provider.get_tracer("reception")


@contextmanager
def span(name: str, **identifiers: object) -> Iterator[None]:
    """A span, if tracing is on. An error is named by its kind alone: its text may quote a patient."""
    if _tracer is None:
        yield
        return
    attributes = {f"reception.{key}": str(value) for key, value in identifiers.items()}
    with _tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield
        except Exception as error:
            current.set_attribute("reception.error", type(error).__name__)
            raise


@contextmanager
def stage(name: str, **identifiers: object) -> Iterator[None]:
    """A stage of a turn: measured, and a span."""
    began = time.perf_counter()
    with span(name, **identifiers):
        yield
    STAGE_SECONDS.labels(name).observe(time.perf_counter() - began)
