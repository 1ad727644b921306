from __future__ import annotations

from lazyflow.graph.drawing.dot import dot, quoted
from tests.graph.drawing.graphs import drawn


def test_nodes_and_edges_are_statements() -> None:
    lines = dot(drawn()).splitlines()
    assert lines[0] == 'digraph "Help <desk> & \\"co\\"" {'
    assert lines[-1] == "}"
    assert '    "web" -> "start";' in lines
    assert '    "big-one" -> "small" [label="fallback", style=dashed];' in lines


def test_a_text_cannot_leave_its_quotes() -> None:
    assert quoted('a"b\\', "c") == '"a\\"b\\\\\\nc"'
