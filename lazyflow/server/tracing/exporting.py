"""Traces to an OpenTelemetry collector, where the standard variables name one."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from lazyflow.errors import MissingExtra
from lazyflow.runtime.contract import LiveApp

WHERE = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
NAMES = ("OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES")
log = logging.getLogger(__name__)


def traces_are_sent(environment: Mapping[str, str]) -> bool:
    """Whether a collector is named and can be sent to; without the extra `otel` the log says why not."""
    off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if off or not any(environment.get(name) for name in WHERE):
        return False
    try:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter  # noqa: F401, PLC0415 - whether it is there
    except ImportError:
        log.warning("traces are not sent: %s", MissingExtra("opentelemetry-exporter-otlp-proto-http", "otel"))
        return False
    return True


@contextmanager
def traced(live: LiveApp, environment: Mapping[str, str]) -> Iterator[None]:
    """Send the turns of `live` until the block ends. Where and how the SDK reads from its own variables."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    from lazyflow.server.tracing.spans import Tracing  # noqa: PLC0415

    named = any(environment.get(name) for name in NAMES)
    provider = TracerProvider(resource=Resource.create({} if named else {"service.name": live.app.spec.name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    end = live.observe(Tracing(provider.get_tracer("lazyflow")))
    try:
        yield
    finally:
        end()
        provider.shutdown()
