from __future__ import annotations

import json
import socket
from pathlib import Path
from types import MappingProxyType

import pytest

from lazyflow.engine import contract, replies, requests, wire
from lazyflow.engine.contract import ChatRequest, InvalidRequest, ModelInfo
from lazyflow.engine.job import Embedded, Event, Failed, Tokenized
from lazyflow.engine.template import TemplateRefused
from lazyflow.errors import LazyflowError, MissingExtra, ModelUnusable
from lazyflow.messages import File, Message, Role
from lazyflow.spec.sampling import JsonSchema
from tests.engine.real import ask

EVENTS: list[Event] = [
    contract.TextDelta("né\ud800\0"),
    contract.TextDelta("x", (("a", -0.5), ("b", -2.0))),
    contract.ThinkingDelta("hm"),
    contract.Queued(3),
    contract.Trimmed(4),
    contract.Finished(
        reason="stop", prompt_tokens=1, cached_tokens=2, completion_tokens=3, time_to_first_token=0.5, seconds=1.5
    ),
    Embedded((0.5, -0.25)),
    Tokenized((1, 2)),
    contract.ModelState(1, 2, 3, 4, 5, 6, 0.5),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_events_come_back_as_they_went(event: Event) -> None:
    sent = json.loads(json.dumps(replies.events_out([(7, event)])))
    assert replies.events_in(sent) == [(7, event)]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (contract.ContextOverflow("m", "h"), contract.ContextOverflow),
        (contract.ModelGone("m", "h"), contract.ModelGone),
        (TemplateRefused("m", "h"), contract.InvalidRequest),
        (ModelUnusable("m", "h"), ModelUnusable),
        (LazyflowError("m", "h"), LazyflowError),
    ],
)
def test_errors_keep_their_class_words_and_remedy(error: LazyflowError, kind: type[LazyflowError]) -> None:
    back = replies.error_in(replies.error_out(error))
    assert (type(back), back.message, back.help) == (kind, "m", "h")


def test_a_missing_library_stays_one() -> None:
    assert isinstance(replies.error_in(replies.error_out(MissingExtra("llama-cpp-python", "local"))), MissingExtra)


def test_a_request_fails_only_with_what_requests_fail_with() -> None:
    [(_, event)] = replies.events_in([[1, "Failed", "ModelUnusable", "m", "h"]])
    assert isinstance(event, Failed)
    assert type(event.error) is contract.EngineError


def test_a_models_description_comes_back() -> None:
    info = ModelInfo(
        path=Path("/x.gguf"),
        description="d",
        size=1,
        context=2,
        trained_context=3,
        parallel=4,
        layers=5,
        gpu_layers=6,
        devices=("a",),
        placement="p",
    )
    assert replies.info_in(json.loads(json.dumps(replies.info_out(info)))) == info


def test_requests_arrive_whole_and_the_end_is_noticed() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        with ours:
            sent: list[requests.Request] = [requests.Chat(1, ask("Hi")), requests.Ping(), requests.Stop()]
            for request in sent:
                ours.sendall(requests.frame(request))
            assert [requests.receive(theirs) for _ in sent] == sent
            ours.sendall(wire.frame(b"x" * 100)[:50])
        assert requests.receive(theirs) is None


def test_a_request_is_made_plain_before_it_is_sent() -> None:
    schema = JsonSchema(MappingProxyType({"type": "object", "properties": MappingProxyType({})}))
    request = ChatRequest(
        messages=(Message(Role.USER, "Hi", (File("a", "b", b"c"),)),),
        format=schema,
        logit_bias=MappingProxyType({1: 2.0}),
    )
    plain = requests.plain(request)
    assert plain.messages[0].files == ()
    requests.frame(requests.Chat(1, plain))
    with pytest.raises(InvalidRequest, match="no JSON"):
        requests.plain(ask("Hi", format=JsonSchema({"x": object()})))


def test_when_to_come_again_stays_known() -> None:
    sent = json.loads(json.dumps(replies.events_out([(7, Failed(contract.Busy(2.5)))])))
    [(_, event)] = replies.events_in(sent)
    assert isinstance(event, Failed)
    assert isinstance(event.error, contract.Busy)
    assert event.error.retry_after == 2.5
