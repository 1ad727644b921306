from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lazyflow.graph.graph import Graph
from lazyflow.graph.load import check_text
from lazyflow.runtime.plan import Plan, Snapshot, plan
from lazyflow.runtime.restart import restart_needed
from lazyflow.spec.nodes import Auth, WebSpec

APP = """
version: 1
name: app
nodes:
  a: { type: local, model: one }
  b: { type: local, model: two }
  both: { type: pipeline, steps: [a, b] }
  code: { type: python, call: "os.path:basename" }
  web: { type: web, target: both, port: 20500 }
"""
ALL = ("a", "b", "both", "code")


def graph(text: str) -> Graph:
    checked = check_text(text, "app.yaml")
    assert checked.graph is not None, checked.problems
    return checked.graph


def snapshot(text: str = APP, keys: dict[str, str] | None = None, contents: dict[str, str] | None = None) -> Snapshot:
    return Snapshot(graph=graph(text), keys=keys or {"a": "one", "b": "two"}, contents=contents or {"code": "1"})


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({}, Plan(keep=ALL)),
        ({"text": APP + "# a comment\nx-note: 1\n"}, Plan(keep=ALL)),
        ({"text": APP.replace("two }", "two, system: Be brief. }")}, Plan(keep=("a", "code"), update=("b", "both"))),
        ({"text": APP.replace("[a, b]", "[b, a]")}, Plan(keep=("a", "b", "code"), update=("both",))),
        (
            {"keys": {"a": "one", "b": "other"}},
            Plan(keep=("a", "code"), open=("b",), close=("b",), update=("both",)),
        ),
        ({"contents": {"code": "2"}}, Plan(keep=("a", "b", "both"), update=("code",))),
        (
            {"text": APP.replace("nodes:", "nodes:\n  c: { type: local, model: one }"), "keys": {k: k for k in "abc"}},
            Plan(open=("c", "a", "b"), close=("a", "b"), keep=("code",), update=("both",)),
        ),
        (
            {"text": APP.replace('  code: { type: python, call: "os.path:basename" }\n', "")},
            Plan(keep=("a", "b", "both"), close=("code",)),
        ),
        ({"text": APP.replace("target: both", "target: both, title: New")}, Plan(keep=ALL, pages=("web",))),
        ({"text": APP.replace("name: app", "name: other")}, Plan(keep=ALL, pages=("web",))),
        (
            {"text": APP.replace("port: 20500", "port: 20501")},
            Plan(keep=ALL, pages=("web",), restart=("web.port",)),
        ),
    ],
)
def test_a_plan_does_what_changed_and_no_more(new: dict[str, Any], expected: Plan) -> None:
    assert plan(snapshot(), snapshot(**new)) == expected


@pytest.mark.parametrize(
    ("new", "nothing"),
    [(APP, True), (APP.replace("one", "three"), False), (APP.replace("both,", "both, title: New,"), False)],
)
def test_nothing_to_do_is_known(new: str, nothing: bool) -> None:
    assert plan(snapshot(), snapshot(new)).nothing is nothing


def test_the_order_of_keys_is_nothing() -> None:
    turned = APP.replace("{ type: local, model: one }", "{ model: one, type: local }")
    assert plan(snapshot(), snapshot(turned)).nothing


def web(**fields: Any) -> dict[str, WebSpec]:
    return {"web": WebSpec(name="web", target="chat", **fields)}


@pytest.mark.parametrize(
    ("wanted", "needed"),
    [
        (web(), ()),
        (web(title="New", welcome="Hello", upload=True), ()),
        (web(ports=((1, 2),)), ("web.port",)),
        (web(host="0.0.0.0", auth=Auth(keys=("k",))), ("web.host", "web.auth")),
        ({}, ("web",)),
        ({**web(), "other": WebSpec(name="other", target="chat")}, ("other",)),
    ],
)
def test_what_a_server_holds_needs_a_restart(wanted: dict[str, WebSpec], needed: tuple[str, ...]) -> None:
    assert restart_needed(web(), wanted) == needed


def test_the_folder_of_an_app_counts() -> None:
    moved = snapshot()
    elsewhere = Snapshot(
        graph=Graph(
            app=type(moved.graph.app)(name="app", nodes=moved.graph.app.nodes, folder=Path("/elsewhere")),
            edges=moved.graph.edges,
            order=moved.graph.order,
        ),
        keys=moved.keys,
        contents=moved.contents,
    )
    assert plan(moved, elsewhere).update == ALL
