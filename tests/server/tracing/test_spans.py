"""Turns as OpenTelemetry spans, kept in memory by the SDK's own exporter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from lazyflow.nodes.events import Event, Failure, Notice, Request, Step, Text, Thinking, Usage
from lazyflow.runtime.contract import Asked, Outcome
from lazyflow.server.front import Front
from lazyflow.server.site import build_site
from lazyflow.server.tracing.spans import Tracing
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import LocalSpec, OnlineSpec, PipelineSpec
from tests.nodes.fake_node import FakeNode
from tests.server.fake_live import FakeApp, FakeLive

WORDS = "marked-words-of-a-person"
SPEC = AppSpec(
    name="fake",
    nodes={
        "flow": PipelineSpec(name="flow", steps=("draft", "polish")),
        "draft": LocalSpec(name="draft", model="small"),
        "polish": OnlineSpec(name="polish", source="gemini", model="gemini-2.5-flash"),
    },
    folder=Path(),
)
DRAFT = Usage(
    ("flow", "draft"),
    "small",
    prompt_tokens=7,
    completion_tokens=2,
    cached_tokens=3,
    time_to_first_token=0.25,
    seconds=1.5,
    finish_reason="stop",
)
FLOW = (
    Step(("flow", "draft"), "began"),
    Request(("flow", "draft"), (("user", WORDS),), ()),
    Notice("trimmed", WORDS),
    Step(("flow", "draft"), "output", WORDS),
    DRAFT,
    Step(("flow", "draft"), "ended", seconds=2.0),
    Request(("flow", "polish"), (("user", WORDS),), ()),
    Thinking(WORDS),
    Text(WORDS),
    Usage(("flow", "polish"), "gemini-2.5-flash", prompt_tokens=9),
)


class Traced:
    """A tracer whose spans can be looked at."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.observer = Tracing(self.provider.get_tracer("test"))

    @property
    def spans(self) -> dict[str, ReadableSpan]:
        return {span.name: span for span in self.exporter.get_finished_spans()}

    def turn(self, *events: Event, outcome: Outcome = "answered") -> dict[str, ReadableSpan]:
        hearing = self.observer.turn(Asked(node="flow", spec=SPEC, conversation="c1"))
        for event in events:
            hearing.event(event)
        hearing.end(outcome)
        return self.spans


def parent(spans: dict[str, ReadableSpan], name: str) -> str:
    found = spans[name].parent
    return next((other for other, span in spans.items() if found and span.context == found), "")


def test_a_turn_holds_its_nodes_and_they_their_models() -> None:
    spans = Traced().turn(*FLOW)
    assert {name: parent(spans, name) for name in spans} == {
        "invoke_agent flow": "",
        "node draft": "invoke_agent flow",
        "chat small": "node draft",
        "chat gemini-2.5-flash": "invoke_agent flow",
    }


def test_a_call_tells_its_figures_after_the_conventions() -> None:
    spans = Traced().turn(*FLOW)
    assert dict(spans["chat small"].attributes or {}) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "llama_cpp",
        "gen_ai.request.model": "small",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 2,
        "gen_ai.usage.cache_read.input_tokens": 3,
        "gen_ai.response.time_to_first_chunk": 0.25,
        "lazyflow.node": "draft",
    }
    began, ended = spans["chat small"].start_time, spans["chat small"].end_time
    assert began is not None
    assert ended is not None
    assert ended - began == pytest.approx(1.5e9, abs=1000)
    online = dict(spans["chat gemini-2.5-flash"].attributes or {})
    assert (online["gen_ai.provider.name"], online["gen_ai.usage.input_tokens"]) == ("gcp.gemini", 9)
    assert "gen_ai.usage.output_tokens" not in online
    turn = dict(spans["invoke_agent flow"].attributes or {})
    assert turn == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "flow",
        "gen_ai.conversation.id": "c1",
        "lazyflow.outcome": "answered",
    }


def test_nothing_that_was_said_is_in_a_span() -> None:
    spans = Traced().turn(*FLOW, Failure(("flow",), WORDS, WORDS, "timeout"), outcome="failed")
    assert WORDS not in "".join(span.to_json() for span in spans.values())
    assert [event.name for event in spans["invoke_agent flow"].events] == ["lazyflow.trimmed"]


def test_a_failure_is_an_error_with_its_reason() -> None:
    failing: Sequence[Event] = (
        Step(("flow", "draft"), "began"),
        Step(("flow", "draft"), "failed"),
        Failure(("flow", "draft"), "no", "", "rate_limit"),
    )
    spans = Traced().turn(*failing, outcome="failed")
    turn = spans["invoke_agent flow"]
    assert (turn.status.status_code, (turn.attributes or {})["error.type"]) == (StatusCode.ERROR, "rate_limit")
    assert spans["node draft"].status.status_code is StatusCode.ERROR


def test_a_turn_that_is_cut_off_ends_every_span() -> None:
    spans = Traced().turn(Step(("flow", "draft"), "began"), Step(("flow", "draft", "x"), "began"), outcome="cancelled")
    assert set(spans) == {"invoke_agent flow", "node draft", "node x"}
    assert parent(spans, "node x") == "node draft"
    assert (spans["invoke_agent flow"].attributes or {})["lazyflow.outcome"] == "cancelled"


async def test_a_turn_goes_on_with_the_trace_of_its_request() -> None:
    traced = Traced()
    app = FakeApp(FakeNode("bot", ["x"]))
    app.spec = replace(app.spec)
    live = FakeLive(app)
    live.observe(traced.observer)
    transport = httpx.ASGITransport(build_site(live, "web", lambda _: None, Front(traces=True)))
    carried = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    body = {"messages": [{"role": "user", "content": "hi"}], "stream": True}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:20500") as http:
        await http.post("/v1/chat/completions", json=body, headers={"traceparent": carried})
        first = traced.spans["invoke_agent bot"]
        traced.exporter.clear()
        await http.post("/v1/chat/completions", json=body, headers={"traceparent": "nonsense"})
        second = traced.spans["invoke_agent bot"]
    assert first.parent is not None
    assert f"{first.parent.trace_id:032x}" == carried.split("-")[1]
    assert second.parent is None
