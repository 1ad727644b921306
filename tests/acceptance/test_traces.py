"""A real `lazyflow run` that sends its turns to an OpenTelemetry collector."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.acceptance.served import Served, served

pytestmark = pytest.mark.slow

APP = """version: 1
name: traced-app
nodes:
  echo: { type: python, call: "./echo.py:echo" }
  twice: { type: pipeline, steps: [echo, echo] }
  web: { type: web, target: twice, store: memory }
"""
WORDS = "marked-words-of-a-person"


class Collector(ThreadingHTTPServer):
    """Keeps what it is sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies: list[bytes] = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Collector)
        assert self.path == "/v1/traces"
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def collecting() -> Iterator[Collector]:
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever, daemon=True)
        thread.start()
        yield collector
        collector.shutdown()
        thread.join(10)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "echo.py").write_text("def echo(message): return message\n")
    (tmp_path / "app.yaml").write_text(APP)
    return tmp_path / "app.yaml"


def ask(run: Served) -> None:
    body = {"messages": [{"role": "user", "content": WORDS}]}
    answer = httpx.post(f"{run.url}v1/chat/completions", json=body)
    assert answer.json()["choices"][0]["message"]["content"] == WORDS


def test_every_turn_reaches_the_collector_before_the_end_and_no_words_do(app: Path) -> None:
    with collecting() as collector:
        where = f"http://127.0.0.1:{collector.server_port}"
        with served(app, OTEL_EXPORTER_OTLP_ENDPOINT=where, OTEL_EXPORTER_OTLP_COMPRESSION="none") as run:
            ask(run)
            assert run.stop() == 0
    sent = [ExportTraceServiceRequest.FromString(body) for body in collector.bodies]
    resources = [resource for request in sent for resource in request.resource_spans]
    names = {one.key: one.value.string_value for resource in resources for one in resource.resource.attributes}
    spans = [span.name for resource in resources for scope in resource.scope_spans for span in scope.spans]
    assert names["service.name"] == "traced-app"
    assert sorted(spans) == ["invoke_agent twice", "node echo"]
    assert WORDS.encode() not in b"".join(collector.bodies)


def test_a_collector_that_is_away_keeps_nobody_from_chatting_or_ending(app: Path) -> None:
    with collecting() as gone:
        port = gone.server_port
    with served(app, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"http://127.0.0.1:{port}/v1/traces") as run:
        ask(run)
        assert run.stop() == 0
