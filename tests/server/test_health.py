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
