"""`/metrics`: what Prometheus reads of requests, turns, tokens, models and reloads."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
from prometheus_client.parser import text_string_to_metric_families

from lazyflow.engine.contract import ModelState
from lazyflow.nodes.events import Thinking, Usage
from lazyflow.runtime.contract import NodeStatus, Reloaded, Trouble
from lazyflow.server.site import build_site
from tests.nodes.fake_node import FakeNode
from tests.server.fake_live import FakeApp, FakeLive

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]
HI = {"messages": [{"role": "user", "content": "hi"}]}


@asynccontextmanager
async def client(live: FakeLive) -> AsyncGenerator[httpx.AsyncClient, None]:
    transport = httpx.ASGITransport(build_site(live, "web", lambda _: None))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:20500") as http:
        yield http


async def samples(http: httpx.AsyncClient) -> Samples:
    """Every sample of `/metrics`, by name and labels."""
    answer = await http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def of(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((f"lazyflow_{name}", frozenset(labels.items())))


async def test_requests_are_counted_by_route_and_never_by_what_a_client_makes_up() -> None:
    async with client(FakeLive(FakeApp(FakeNode("bot")))) as http:
        await http.get("/v1/models")
        await http.get("/v1/models/bot")
        await http.get("/v1/models/no-such-model")
        for made_up in range(20):
            await http.get(f"/made/up/{made_up}")
            await http.request(f"VERB{made_up}", "/v1/models")
        await http.get("/readyz", headers={"Host": "evil.example"})
        found = await samples(http)
    total = "http_requests_total"
    assert of(found, total, method="GET", route="/v1/models", status="200") == 1
    assert of(found, total, method="GET", route="/v1/models/{model}", status="200") == 1
    assert of(found, total, method="GET", route="/v1/models/{model}", status="404") == 1
    assert of(found, total, method="GET", route="other", status="404") == 20
    assert of(found, total, method="other", route="/v1/models", status="405") == 20
    assert of(found, total, method="GET", route="/readyz", status="403") == 1
    assert of(found, "http_request_seconds_count", route="other") == 20
    assert len([name for name, _ in found if name == f"lazyflow_{total}"]) == 6


async def test_turns_are_counted_by_node_and_outcome_with_their_tokens() -> None:
    usage = Usage(("bot",), "m", prompt_tokens=7, completion_tokens=2, cached_tokens=3)
    foreign = Usage(("bot", "made-up"), "m", prompt_tokens=10)
    app = FakeApp(
        FakeNode("bot", ["Hel", "lo", usage, foreign]), FakeNode("aux", ["x"], fails="no"), FakeNode("plain", ["x"])
    )
    async with client(FakeLive(app)) as http:
        for node in ("bot", "bot", "aux", "plain", "no-such-node"):
            await http.post("/v1/chat/completions", json={**HI, "model": node})
        found = await samples(http)
    assert of(found, "turns_total", node="bot", outcome="answered") == 2
    assert of(found, "turns_total", node="aux", outcome="failed") == 1
    assert of(found, "turns_total", node="plain", outcome="answered") == 1
    assert of(found, "prompt_tokens_total", node="bot") == 34
    assert of(found, "completion_tokens_total", node="bot") == 4
    assert of(found, "cached_tokens_total", node="bot") == 6
    assert of(found, "time_to_first_token_seconds_count", node="bot") == 2
    assert of(found, "turn_seconds_count", node="aux") == 1
    assert of(found, "turns_running", node="bot") == 0
    labels = {dict(labels).get("node") for _, labels in found}
    assert labels - {None} == {"bot", "aux", "plain"}


async def test_the_first_token_of_a_model_that_thinks_is_its_first_thought() -> None:
    app = FakeApp(FakeNode("bot", [Thinking("hm")], fails="no"))
    async with client(FakeLive(app)) as http:
        await http.post("/v1/chat/completions", json=HI)
        assert of(await samples(http), "time_to_first_token_seconds_count", node="bot") == 1


async def test_models_tell_how_busy_they_are_and_nodes_whether_they_are_ready() -> None:
    app = FakeApp(FakeNode("bot"), FakeNode("aux"))
    app.models = {"bot": ModelState(running=2, waiting=5, slots=4, tokens=300, room=4096)}
    app.states["aux"] = NodeStatus(state="loading")
    live = FakeLive(app)
    async with client(live) as http:
        found = await samples(http)
        assert [of(found, f"model_{what}", node="bot") for what in ("running", "waiting", "slots")] == [2, 5, 4]
        assert [of(found, f"kv_cache_{what}tokens", node="bot") for what in ("", "size_")] == [300, 4096]
        assert [of(found, "node_ready", node=node) for node in ("bot", "aux")] == [1, 0]
        assert of(found, "generation") == 1
        app.models, app.states, live.generation = {}, {"bot": NodeStatus(state="ready")}, 2
        found = await samples(http)
        assert of(found, "model_running", node="bot") is None
        assert of(found, "node_ready", node="aux") is None
        assert of(found, "generation") == 2


async def test_reloads_are_counted_and_the_last_one_is_told() -> None:
    live = FakeLive(FakeApp(FakeNode("bot")))
    async with client(live) as http:
        before = await samples(http)
        assert of(before, "last_reload_successful") == 1
        live.reloaded = Reloaded(generation=1, changed=False, trouble=Trouble(failures=("no",)))
        await http.post("/-/reload")
        found = await samples(http)
        assert of(found, "reloads_total", outcome="refused") == 1
        assert of(found, "last_reload_successful") == 0
        assert (of(found, "last_reload_timestamp_seconds") or 0) > (of(before, "last_reload_timestamp_seconds") or 0)
        live.reloaded = Reloaded(generation=2, changed=True)
        await http.post("/-/reload")
        found = await samples(http)
        assert of(found, "reloads_total", outcome="applied") == 1
        assert of(found, "last_reload_successful") == 1


async def test_two_sites_count_their_own_requests_and_the_whole_apps_turns() -> None:
    live = FakeLive(FakeApp(FakeNode("bot", ["x"])))
    async with client(live) as one, client(live) as two:
        await one.post("/v1/chat/completions", json=HI)
        route = {"method": "POST", "route": "/v1/chat/completions", "status": "200"}
        assert of(await samples(one), "http_requests_total", **route) == 1
        assert of(await samples(two), "http_requests_total", **route) is None
        assert of(await samples(two), "turns_total", node="bot", outcome="answered") == 1


async def test_openmetrics_is_told_to_who_asks_for_it() -> None:
    async with client(FakeLive(FakeApp(FakeNode("bot")))) as http:
        answer = await http.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")
