"""Every way in which a provider fails, played over real HTTP."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from lazyflow.nodes.contract import NodeFailed
from lazyflow.nodes.events import Event, Failure, FailureReason, Notice, Text
from lazyflow.spec.nodes import Endpoint
from tests.collecting import collect
from tests.nodes.online.asking import KEY, TURN, asked, events_of, node, text_of
from tests.servers.certificate import self_signed
from tests.servers.peer import Reply, answer, broken, error, serving, silent, status

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Fault:
    reply: Reply
    says: str
    reason: FailureReason = "error"
    shown: str = ""


FAULTS = {
    "wrong key": Fault(status(401, error(f"Incorrect API key provided: {KEY}", "invalid_api_key")), "accept the key"),
    "wrong key, said with 400": Fault(
        status(400, error("API key not valid. Please pass a valid one")), "accept the key"
    ),
    "forbidden": Fault(status(403, error("You are not allowed to sample from this model")), "forbids this key"),
    "unknown model": Fault(status(404, error("The model `m` does not exist", "model_not_found")), "know the model 'm'"),
    "unknown model, said with 400": Fault(
        status(400, error("Model Not Exist", "invalid_request_error")), "know the model"
    ),
    "no credit": Fault(status(402, error("Insufficient Balance")), "no credit"),
    "no credit, said with 429": Fault(
        status(429, error("You exceeded your current quota", "insufficient_quota")), "credit"
    ),
    "no credit, said in Chinese": Fault(
        status(429, {"error": {"code": "1113", "message": "您的账户余额不足"}}), "credit"
    ),
    "rate limit": Fault(status(429, error("Slow down"), Retry_After="17"), "rate limit", "rate_limit"),
    "rate limit within the stream": Fault(
        broken('data: {"error": {"message": "slow", "code": "rate_limit_exceeded"}}\n\n', pieces=()),
        "rate limit",
        "rate_limit",
    ),
    "context too long": Fault(
        status(400, error("This model's maximum context length is 8192 tokens", "context_length_exceeded")),
        "too long for the context",
        "context_window",
    ),
    "context too long, as llama.cpp says it": Fault(
        status(400, {"error": {"code": 400, "type": "exceed_context_size_error", "message": "request (9 tokens)"}}),
        "too long for the context",
        "context_window",
    ),
    "content refused": Fault(status(400, error("filtered", "content_filter")), "content filter"),
    "request refused": Fault(status(400, error("temperature must be below 2")), "refused the request"),
    "server error": Fault(status(500, error("boom")), "failed with status 500"),
    "server error as HTML": Fault(status(503, "<html>no</html>"), "failed with status 503"),
    "an error within the stream": Fault(
        broken('data: {"error": {"message": "overloaded", "code": "server_error"}}\n\n'),
        "it says: overloaded",
        shown="Hel",
    ),
    "silence before the head": Fault(silent(head=False), "did not answer within 0.3 s", "timeout"),
    "silence before the first token": Fault(silent(), "did not answer within 0.3 s", "timeout"),
    "silence between tokens": Fault(silent(["Hel"]), "fell silent for 0.3 s", "timeout", "Hel"),
    "cut stream": Fault(broken(""), "cut the connection", shown="Hel"),
    "malformed chunk": Fault(broken('data: {"id": tru\n\n'), "malformed", shown="Hel"),
    "a web page": Fault(status(200, "<html>Welcome</html>"), "no chat answer"),
    "no finish reason": Fault(answer(["Hel"], finish=None, usage=None), "without a finish reason", shown="Hel"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
async def test_each_fault_is_told_in_our_words_after_what_was_shown(fault: Fault) -> None:
    events: list[Event] = []
    # Only silence may run into the limit, however busy the machine is.
    async with asked(fault.reply, timeout=0.3 if fault.reason == "timeout" else 20.0) as (chat, peer):
        with pytest.raises(NodeFailed) as caught:
            await collect(chat.stream(TURN), events)
    failure = caught.value.failure
    assert failure.message.startswith("node 'chat': ")
    assert "OpenAI" in failure.message
    assert fault.says in failure.message
    assert failure.help
    assert failure.reason == fault.reason
    assert text_of(events) == fault.shown
    assert len(peer.received) == 1


@pytest.mark.parametrize(
    ("source", "model", "tokens"), [("glm", "glm-4", "128,000"), ("kimi", "moonshot-v1-8k", "8,192")]
)
async def test_a_full_context_names_its_size_whether_litellm_knows_it_or_not(
    source: str, model: str, tokens: str
) -> None:
    reply = status(400, error("too many tokens", "context_length_exceeded"))
    async with asked(reply, source=source, model=model, api_key=KEY) as (chat, _):
        with pytest.raises(NodeFailed, match=rf"\({tokens} tokens\)"):
            await events_of(chat)


async def told(api_base: str) -> Failure:
    with pytest.raises(NodeFailed) as caught:
        await events_of(node(api_base=api_base))
    return caught.value.failure


async def test_a_refused_connection_names_the_address() -> None:
    async with serving(answer()) as peer:
        address = peer.url
    failure = await told(address)
    assert f"{address} cannot be reached" in failure.message


async def test_a_name_that_does_not_resolve_is_called_dns() -> None:
    assert "DNS" in (await told("http://nowhere.invalid/v1")).message


async def test_a_certificate_that_nobody_signed_is_called_tls(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    async with serving(answer(), tls=context) as peer:
        assert "TLS" in (await told(peer.url)).message


async def test_a_missing_key_is_told_before_anything_is_sent() -> None:
    async with asked(answer(), environment={}) as (chat, peer):
        with pytest.raises(NodeFailed, match="no key for OpenAI: OPENAI_API_KEY is not set") as caught:
            await events_of(chat)
    assert caught.value.failure.reason == "load_failed"
    assert peer.received == []


@pytest.mark.parametrize(
    "passing",
    [status(500, error("boom")), status(429, error("slow")), broken("", pieces=())],
    ids=["500", "429", "cut"],
)
async def test_what_passes_is_sent_again_before_the_first_token(passing: Reply) -> None:
    async with asked(passing, passing, answer(), retries=2) as (chat, peer):
        assert text_of(await events_of(chat)) == "Hello"
    assert len(peer.received) == 3


async def test_nothing_is_sent_again_after_the_first_token() -> None:
    async with asked(broken(""), answer(), retries=2) as (chat, peer):
        with pytest.raises(NodeFailed, match="cut"):
            await events_of(chat)
    assert len(peer.received) == 1


async def test_retry_after_is_waited_for_and_the_person_is_told() -> None:
    began = time.monotonic()
    async with asked(status(429, error("slow"), Retry_After="1"), answer(), retries=1) as (chat, _):
        events = await events_of(chat)
    assert time.monotonic() - began >= 1.0
    (notice,) = [event for event in events if isinstance(event, Notice)]
    assert notice.text.endswith("trying again in 1 s")


async def test_a_failure_leads_to_no_exception_that_could_hold_the_key() -> None:
    async with asked(status(401, error(f"bad {KEY}"))) as (chat, _):
        with pytest.raises(NodeFailed) as caught:
            await events_of(chat)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_another_endpoint_answers_where_one_fails_and_the_failed_one_rests() -> None:
    async with serving(status(500, error("boom"))) as bad, serving(answer()) as good:
        chat = node(endpoints=(Endpoint(api_base=bad.url), Endpoint(api_base=good.url)))
        for _ in range(6):
            assert Text("Hel") in await events_of(chat)
    assert len(good.received) == 6
    assert len(bad.received) <= 1
