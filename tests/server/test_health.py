from __future__ import annotations

import httpx

from lazyflow.errors import Problem
from lazyflow.runtime.contract import NodeStatus, Reloaded, Trouble
from lazyflow.server.site import build_site
from tests.nodes.fake_node import FakeNode
from tests.server.fake_live import FakeApp, FakeLive


def client(live: FakeLive) -> httpx.AsyncClient:
    site = build_site(live, "web", lambda _: None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://127.0.0.1:20500")


async def test_a_process_is_up_before_its_models_are() -> None:
    app = FakeApp(FakeNode("bot"), FakeNode("aux"))
    app.states["bot"] = NodeStatus(state="loading", stage="reading", fraction=0.5)
    async with client(FakeLive(app)) as http:
        assert (await http.get("/healthz")).status_code == 200
        ready = await http.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["nodes"]["bot"]["fraction"] == 0.5
        app.states["bot"] = NodeStatus(state="ready")
        assert (await http.get("/readyz")).json() == {"status": "ready", "nodes": {}}


async def test_a_reload_that_is_refused_tells_where() -> None:
    live = FakeLive(FakeApp(FakeNode("bot")))
    problem = Problem("LF003", "unknown key 'modle'", "app.yaml", 5, 5, 5, 10, help="did you mean 'model'?")
    live.reloaded = Reloaded(generation=1, changed=False, trouble=Trouble(problems=(problem,)))
    async with client(live) as http:
        answer = await http.post("/-/reload")
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["column"] == 5


async def test_a_reload_that_was_taken_tells_what_it_did() -> None:
    live = FakeLive(FakeApp(FakeNode("bot")))
    live.reloaded = Reloaded(generation=2, changed=True, kept=("chat",), opened=("aux",))
    async with client(live) as http:
        answer = await http.post("/-/reload")
    assert answer.status_code == 200
    assert (answer.json()["generation"], answer.json()["opened"]) == (2, ["aux"])


async def test_no_page_of_documentation_loads_scripts_from_elsewhere() -> None:
    async with client(FakeLive(FakeApp(FakeNode("bot")))) as http:
        assert [(await http.get(path)).status_code for path in ("/docs", "/redoc")] == [404, 404]


async def test_an_app_that_is_being_stopped_takes_no_new_work_and_says_so() -> None:
    live = FakeLive(FakeApp(FakeNode("bot", ["x"])))
    live.stopping = True
    body = {"messages": [{"role": "user", "content": "hi"}]}
    async with client(live) as http:
        assert (await http.get("/healthz")).status_code == 200
        ready = await http.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "stopping")
        refused = [
            await http.post("/v1/chat/completions", json=body),
            await http.post("/v1/chat/completions", json={**body, "stream": True}),
            await http.post("/v1/completions", json={"prompt": "hi"}),
            await http.post("/v1/embeddings", json={"input": "hi"}),
            await http.post("/tokenize", json={"content": "hi"}),
        ]
    assert [answer.status_code for answer in refused] == [503] * 5
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert {answer.json()["error"]["code"] for answer in refused} == {"stopping"}
