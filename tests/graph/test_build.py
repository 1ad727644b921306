"""Who calls whom, and in which order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lazyflow.graph.build import build_graph
from lazyflow.graph.load import Checked, Source, check, check_text

APPS = Path(__file__).parent.parent / "apps"
VALID = sorted((APPS / "valid").glob("*.yaml"))
ENVIRONMENT = {"SET": "set", "EMPTY": "", "PORT": "8080", "KEY": "0123456789"}
FLOW = """version: 1
nodes:
  m: {type: local, model: x, fallback: spare}
  spare: {type: local, model: y}
  ask: {type: prompt, model: m, template: "{{ input }}"}
  both: {type: parallel, branches: {a: m, b: ask, c: m}}
  rules: {type: router, by: rules, routes: [{to: both, when: "true"}, {to: ask, when: "false"}], default: spare}
  judge: {type: router, by: model, model: m, routes: [{to: rules}]}
  line: {type: pipeline, steps: [judge, m]}
  page: {type: web, target: line, history: [m, ask]}
"""


def texts(node: object) -> list[object]:
    """What must be text, whatever the environment says."""
    return [value for key in ("model", "revision", "api_key") if (value := getattr(node, key, None)) is not None]


def checked(path: Path) -> Checked:
    return check(Source((path,), ENVIRONMENT))


def test_edges_follow_the_file_and_name_each_node_once() -> None:
    graph = check_text(FLOW).graph
    assert graph is not None
    assert graph.edges == {
        "m": ("spare",),
        "spare": (),
        "ask": ("m",),
        "both": ("m", "ask"),
        "rules": ("both", "ask", "spare"),
        "judge": ("m", "rules"),
        "line": ("judge", "m"),
    }


def test_a_node_stands_after_all_that_it_calls() -> None:
    graph = check_text(FLOW).graph
    assert graph is not None
    place = {name: at for at, name in enumerate(graph.order)}
    assert set(place) == set(graph.edges)
    assert all(place[called] < place[name] for name, targets in graph.edges.items() for called in targets)


def test_who_reads_the_conversation() -> None:
    graph = check_text(FLOW).graph
    assert graph is not None
    assert graph.entry == "line"
    assert graph.readers("line", "page") == {"m", "ask"}
    assert graph.readers("line", "page", use_context=False) == frozenset()
    assert graph.readers("spare", None) == {"spare"}


def test_a_chain_of_a_thousand_nodes_is_no_danger() -> None:
    nodes = "".join(f"  n{at}: {{type: pipeline, steps: [n{at + 1}]}}\n" for at in range(1_500))
    graph = check_text(f"version: 1\nnodes:\n{nodes}  n1500: {{type: local, model: x}}\n").graph
    assert graph is not None
    assert graph.order[0] == "n1500"
    assert graph.order[-1] == "n0"


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_the_canonical_form_means_the_same(path: Path) -> None:
    first = checked(path)
    text = json.dumps(first.canonical(show_secrets=True), ensure_ascii=False)
    again = check_text(text, str(path), Source((path,), ENVIRONMENT, allow_open_host=True))
    assert first.app is not None
    assert all(isinstance(value, str) for node in first.app.nodes.values() for value in texts(node))
    assert {problem.code for problem in again.problems} <= {"LF038"}
    if again.app is not None:
        assert again.app == first.app
        assert again.canonical() == first.canonical()
        assert first.graph is not None
        assert build_graph(again.app).edges == first.graph.edges
