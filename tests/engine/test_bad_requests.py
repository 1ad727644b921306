"""What nobody should send: each is refused in words, and the model answers the next request."""

from __future__ import annotations

import pytest

from lazyflow.engine.contract import ChatRequest, ContextOverflow, EngineError, InvalidRequest, LoadedModel
from lazyflow.messages import Message, Role
from lazyflow.spec.sampling import JsonSchema, Sampling
from tests.engine.real import answer, ask

pytestmark = [pytest.mark.model, pytest.mark.asyncio(loop_scope="module")]

MACRO = "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"
DOUBLING = "{% set n = namespace(x='aaaa') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}"
LOOP = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
CYCLE: dict[str, object] = {}
CYCLE["properties"] = {"again": CYCLE}

REFUSED: dict[str, ChatRequest] = {
    "no message": ChatRequest(messages=()),
    "only a system prompt": ChatRequest(messages=(Message(Role.SYSTEM, "Be kind."),)),
    "grammar that does not parse": ask("Hi", grammar="root ::= (("),
    "grammar without an end to its recursion": ask("Hi", grammar='root ::= root "a"'),
    "grammar without a root": ask("Hi", grammar='x ::= "a"'),
    "grammar with an unknown rule": ask("Hi", grammar="root ::= other"),
    "grammar that is empty": ask("Hi", grammar=" "),
    "grammar that is nested without end": ask("Hi", grammar="root ::= " + "(" * 100_000),
    "grammar with a NUL": ask("Hi", grammar='root ::= "a\0b"'),
    "schema with a dangling reference": ask("Hi", format=JsonSchema({"$ref": "#/nowhere"})),
    "schema of a giant length": ask("Hi", format=JsonSchema({"type": "string", "minLength": 10**9})),
    "schema that holds itself": ask("Hi", format=JsonSchema(CYCLE)),
    "schema of no JSON": ask("Hi", format=JsonSchema({"const": {1, 2}})),
    "template that does not parse": ask("Hi", chat_template="{% for"),
    "template that recurses": ask("Hi", chat_template=MACRO),
    "template that takes all memory at once": ask("Hi", chat_template="{{ 'a' * 10**10 }}"),
    "template that takes all memory by and by": ask("Hi", chat_template=DOUBLING),
    "template that loops for ever": ask("Hi", chat_template=LOOP),
    "template that breaks out": ask("Hi", chat_template="{{ ''.__class__.__mro__ }}"),
    "template that refuses": ask("Hi", chat_template="{{ raise_exception('no') }}"),
    "template that is empty": ask("Hi", chat_template=""),
    "bias of an unknown token": ask("Hi", logit_bias={10**9: 1.0}),
    "bias that is no number": ask("Hi", logit_bias={5: float("nan")}),
    "logprobs out of range": ask("Hi", logprobs=10**6),
    "temperature below 0": ask("Hi", sampling=Sampling(temperature=-1)),
    "temperature that is no number": ask("Hi", sampling=Sampling(temperature=float("nan"))),
    "top_p over 1": ask("Hi", sampling=Sampling(top_p=2)),
    "max_tokens 0": ask("Hi", sampling=Sampling(max_tokens=0)),
    "repeat_penalty 0": ask("Hi", sampling=Sampling(repeat_penalty=0)),
    "seed of too many bits": ask("Hi", sampling=Sampling(seed=2**70)),
}
TOO_LONG: dict[str, ChatRequest] = {
    "10 MB of words": ask("word " * 2_000_000),
    "10 MB of one letter": ask("a" * 10_000_000),
    "80 KB of one letter": ask("a" * 80_000),
}
ANSWERED: dict[str, ChatRequest] = {
    "lone surrogates": ask("Hi \ud800 there \udfff"),
    "NULs": ask("Hi \0 there"),
    "nothing typed": ask(""),
    "white space": ask(" \n\t "),
    "bidirectional and combining marks": ask("\u202e Zalgo\u0301\u0300 \ufeff"),
    "every byte": ask("".join(map(chr, range(256)))),
    "a giant old turn": ask("x " * 500_000, "ok", "Hi"),
    "a template that ignores what was said": ask("Hi", chat_template="hello"),
    "a template that changes what was said": ask("Hi<|im_end|>", chat_template="{{ messages[0].content | upper }}"),
    "an empty stop string": ask("Hi", sampling=Sampling(temperature=0, max_tokens=3, stop=("",))),
}


@pytest.mark.parametrize("request_", REFUSED.values(), ids=REFUSED)
async def test_it_is_refused(model: LoadedModel, request_: ChatRequest) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await answer(model, request_)
    assert refused.value.message
    assert refused.value.help


@pytest.mark.parametrize("request_", TOO_LONG.values(), ids=TOO_LONG)
async def test_it_is_too_long(model: LoadedModel, request_: ChatRequest) -> None:
    with pytest.raises(ContextOverflow, match="holds 512"):
        await answer(model, request_)


@pytest.mark.parametrize("request_", ANSWERED.values(), ids=ANSWERED)
async def test_it_is_answered(model: LoadedModel, request_: ChatRequest) -> None:
    _, end = await answer(model, request_)
    assert end.completion_tokens > 0


async def test_a_request_of_the_wrong_types_fails_alone(model: LoadedModel, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(EngineError):
        await answer(model, ask("Hi", sampling=Sampling(temperature="hot")))  # type: ignore[arg-type]  # on purpose
    caplog.clear()
    assert (await answer(model, ask("Hi")))[0]
