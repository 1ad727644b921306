"""A diagram in Graphviz's language."""

from __future__ import annotations

from lazyflow.graph.drawing.diagram import Diagram

STYLES = {"web": "rounded,bold", "local": "solid", "online": "solid", "router": "diagonals", "python": "solid"}


def dot(diagram: Diagram) -> str:
    """A directed graph, top to bottom."""
    lines = [
        f"digraph {quoted(diagram.title)} {{",
        "    rankdir=TB;",
        '    node [shape=box, fontname="sans-serif"];',
        '    edge [fontname="sans-serif", fontsize=11];',
    ]
    for box in diagram.boxes:
        style = STYLES.get(box.kind, "rounded")
        lines.append(f'    {quoted(box.name)} [label={quoted(box.name, box.caption)}, style="{style}"];')
    for arrow in diagram.arrows:
        marks = [f"label={quoted(arrow.label)}"] if arrow.label else []
        marks += ["style=dashed"] if arrow.spare else []
        listed = f" [{', '.join(marks)}]" if marks else ""
        lines.append(f"    {quoted(arrow.start)} -> {quoted(arrow.end)}{listed};")
    return "".join(f"{line}\n" for line in (*lines, "}"))


def quoted(*lines: str) -> str:
    """A quoted text of several lines; nothing in it is an escape of Graphviz."""
    return '"' + "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'
