"""How the app stands behind a page: its graph with a place for each node, and its models with what they are doing."""

from __future__ import annotations

import asyncio
from typing import Any

from lazyflow.engine.contract import ModelInfo, ModelState
from lazyflow.graph.drawing.diagram import Diagram, diagram
from lazyflow.graph.drawing.layout import HEIGHT, layout
from lazyflow.graph.drawing.svg import description
from lazyflow.runtime.contract import NodeStatus, RunningApp

Json = dict[str, Any]


async def overview(app: RunningApp, web: str, *, graph: bool) -> Json:
    """All of it as plain data, of what is behind the page alone; the graph only where it is wanted."""
    told: Json = {"t": "overview", "models": await models_data(app, web)}
    if graph:
        # Many nodes take a while to place.
        told["graph"] = await asyncio.to_thread(graph_data, app, web)
    return told


def graph_data(app: RunningApp, web: str) -> Json:
    """Boxes by their centres, arrows by their points; lengths are pixels."""
    drawn = behind(app, web)
    placed = layout(drawn)
    return {
        "width": round(placed.width),
        "height": round(placed.height),
        "box": HEIGHT,
        "about": description(drawn),
        "boxes": [
            {
                "name": one.box.name,
                "kind": one.box.kind,
                "caption": one.box.caption,
                "x": round(one.x, 1),
                "y": round(one.y, 1),
                "width": round(one.width, 1),
            }
            for one in placed.boxes
        ],
        "routes": [
            {
                "points": [[round(x, 1), round(y, 1)] for x, y in route.points],
                "label": route.label,
                "at": [round(place, 1) for place in route.label_at],
                "spare": route.spare,
            }
            for route in placed.routes
        ],
    }


def behind(app: RunningApp, web: str) -> Diagram:
    """The drawing of one page and of all that its messages may reach."""
    whole = diagram(app.graph)
    spec = app.spec.webs.get(web)
    shown = {web} | (app.graph.reachable(spec.target) if spec is not None else set())
    return Diagram(
        title=whole.title,
        boxes=tuple(box for box in whole.boxes if box.name in shown),
        arrows=tuple(arrow for arrow in whole.arrows if {arrow.start, arrow.end} <= shown),
    )


async def models_data(app: RunningApp, web: str) -> list[Json]:
    """The local models behind the page: where each is and how busy; nodes that share one stand together."""
    spec = app.spec.webs.get(web)
    reached = app.graph.reachable(spec.target) if spec is not None else frozenset()
    busy = await app.busy()
    told: list[Json] = []
    shared: dict[int, Json] = {}
    for name, status in app.status().items():
        if name not in reached or app.spec.callables[name].type != "local":
            continue
        known = shared.get(id(status.model)) if status.model is not None else None
        if known is not None:
            known["nodes"].append(name)
        else:
            told.append({"nodes": [name], **status_data(status)})
            if status.model is not None:
                shared[id(status.model)] = told[-1]
        if name in busy:
            (known or told[-1])["busy"] = busy_data(busy[name])
    return told


def status_data(status: NodeStatus) -> Json:
    """How far a model is, and what it is once it is loaded."""
    told: Json = {"state": status.state, "stage": status.stage, "fraction": round(status.fraction, 2)}
    if status.message:
        told["message"] = status.message
    return told | ({"model": model_data(status.model)} if status.model is not None else {})


def model_data(info: ModelInfo) -> Json:
    """What was loaded: never where on the disk it lies."""
    return {
        "file": info.path.name,
        "about": info.description,
        "size": info.size,
        "context": info.context,
        "layers": info.layers,
        "offloaded": info.gpu_layers,
        "devices": list(info.devices),
    }


def busy_data(state: ModelState) -> Json:
    """How busy a model is."""
    return {
        "running": state.running,
        "waiting": state.waiting,
        "slots": state.slots,
        "tokens": state.tokens,
        "room": state.room,
    }
