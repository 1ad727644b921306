from __future__ import annotations

import pytest

from lazyflow.graph.going_on import goes_on
from lazyflow.graph.load import check_text

APP = """version: 1
nodes:
  m: {type: local, model: x, fallback: spare}
  spare: {type: online, model: openai/y}
  form: {type: local, model: x, format: json}
  unsure: {type: local, model: x, fallback: form}
  ask: {type: prompt, model: m, template: "{{ input }}"}
  both: {type: parallel, branches: {a: m, b: ask}}
  first: {type: pipeline, steps: [both, ask]}
  last: {type: pipeline, steps: [ask, both]}
  models: {type: router, by: rules, routes: [{to: m, when: "true"}, {to: first, when: "false"}]}
  mixed: {type: router, by: rules, routes: [{to: m, when: "true"}], default: both}
  page: {type: web, target: models}
"""

OTHERS = ("form", "unsure", "last", "mixed")


@pytest.mark.parametrize(
    ("node", "can"),
    [
        ("m", True),
        ("form", False),
        ("unsure", False),
        ("ask", True),
        ("both", False),
        ("first", True),
        ("last", False),
        ("models", True),
        ("mixed", False),
    ],
)
def test_an_answer_is_gone_on_with_where_a_model_writes_it_freely(node: str, can: bool) -> None:
    graph = check_text(APP + "".join(f"  web{each}: {{type: web, target: {each}}}\n" for each in OTHERS)).graph
    assert graph is not None
    assert goes_on(graph.app, node) is can
