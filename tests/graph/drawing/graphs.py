"""Graphs to draw."""

from __future__ import annotations

from pathlib import Path

from lazyflow.graph.drawing.diagram import Diagram, diagram
from lazyflow.graph.load import check_text

DESK = """\
version: 1
name: Help <desk> & "co"
nodes:
  web: { type: web, target: start, title: "</svg><script>alert(1)</script>" }
  start:
    type: router
    by: model
    model: small
    routes: [{ to: code, about: "programs | \\"quotes\\" #1" }, { to: law, about: 法律 }]
    default: talk
  code: { type: pipeline, steps: [talk, end, talk] }
  law: { type: parallel, branches: { pro: small, con: big-one }, join: "{{ pro }} {{ con }}" }
  talk: { type: prompt, model: big-one, template: "{{ input }}" }
  end: { type: prompt, model: small, template: "{{ input }}" }
  big-one: { type: local, model: ./big.gguf, fallback: small }
  small: { type: local, model: ./small.gguf }
"""


def drawn(text: str = DESK) -> Diagram:
    checked = check_text(text, str(Path("folder/app.yaml")))
    assert checked.graph is not None, checked.problems
    return diagram(checked.graph)
