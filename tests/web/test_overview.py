from __future__ import annotations

from pathlib import Path

from lazyflow.engine.contract import ModelInfo, ModelState
from lazyflow.nodes.events import Request, Text
from lazyflow.runtime.contract import NodeStatus
from lazyflow.spec.nodes import Fallback, LocalSpec, PipelineSpec, WebSpec
from lazyflow.web.overview import graph_data, models_data, overview
from tests.web.fake_live import FakeLive
from tests.web.test_session import opened, rooms_of

WEB = WebSpec(name="web", target="chat")
FLOW = PipelineSpec(name="chat", steps=("draft", "polish"))
INFO = ModelInfo(
    path=Path("/home/ann/models/m.gguf"),
    description="llama 135M Q4_1",
    size=98_000_000,
    context=4096,
    trained_context=8192,
    parallel=4,
    layers=31,
    gpu_layers=10,
    devices=("CUDA0",),
)


def flow() -> FakeLive:
    return FakeLive(WEB, chat=FLOW, models=("draft", "polish", "unused"))


def test_the_graph_holds_what_is_behind_the_page_and_nothing_else() -> None:
    drawn = graph_data(flow(), "web")
    assert [box["name"] for box in drawn["boxes"]] == ["chat", "draft", "polish", "web"]
    assert len(drawn["routes"]) == 3
    assert drawn["about"] == "chat calls draft (1), polish (2). web calls chat."
    for box in drawn["boxes"]:
        assert box["x"] - box["width"] / 2 >= 0
        assert box["x"] + box["width"] / 2 <= drawn["width"]
    assert graph_data(flow(), "gone")["boxes"] == []


async def test_models_tell_where_they_lie_and_how_busy_they_are_and_no_path() -> None:
    live = flow()
    live.nodes = {
        "chat": NodeStatus(state="ready"),
        "draft": NodeStatus(state="ready", fraction=1.0, model=INFO),
        "polish": NodeStatus(state="ready", fraction=1.0, model=INFO),
        "unused": NodeStatus(state="failed", message="no room"),
    }
    live.states = {"draft": ModelState(running=2, waiting=1, slots=4, tokens=900, room=16384)}
    assert await models_data(live, "web") == [
        {
            "nodes": ["draft", "polish"],
            "state": "ready",
            "stage": "",
            "fraction": 1.0,
            "model": {
                "file": "m.gguf",
                "about": "llama 135M Q4_1",
                "size": 98_000_000,
                "context": 4096,
                "layers": 31,
                "offloaded": 10,
                "devices": ["CUDA0"],
            },
            "busy": {"running": 2, "waiting": 1, "slots": 4, "tokens": 900, "room": 16384},
        }
    ]


async def test_a_model_that_loads_or_failed_says_so() -> None:
    live = FakeLive(WEB, chat=LocalSpec(name="chat", model="m", fallback=Fallback(nodes=("spare",))), models=("spare",))
    live.nodes = {
        "chat": NodeStatus(state="loading", stage="reading", fraction=0.256),
        "spare": NodeStatus(state="failed", message="no room"),
    }
    assert await models_data(live, "web") == [
        {"nodes": ["chat"], "state": "loading", "stage": "reading", "fraction": 0.26},
        {"nodes": ["spare"], "state": "failed", "stage": "", "fraction": 0.0, "message": "no room"},
    ]


async def test_the_graph_is_told_where_it_is_wanted() -> None:
    assert set(await overview(flow(), "web", graph=False)) == {"t", "models"}
    assert set(await overview(flow(), "web", graph=True)) == {"t", "models", "graph"}


async def test_a_page_asks_for_it_and_for_an_answer_that_is_still_running() -> None:
    sent = Request(("chat",), (("user", "hi"),), ())
    live = FakeLive(WEB, lambda _: [sent, Text("So "), 5.0])
    page = await opened(live, rooms_of(live))
    await page.says(lambda: page.has("overview"), t="overview", graph=True)
    assert page.last("overview")["graph"]["boxes"]
    await page.says(lambda: page.has("text"), t="send", s="hi")
    assert page.last("more")["entry"]["at"] == ["chat"]
    await page.says(lambda: page.has("calls"), t="inspect", id=page.last("text")["id"])
    told = page.last("calls")
    assert (told["calls"][0]["messages"], told["events"]) == ([["user", "hi"]], [["Text", "3 characters, running"]])
    await page.says(lambda: page.has("end"), t="stop")
