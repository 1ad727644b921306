"""A diagram in Mermaid's language, which GitHub and many editors show as a picture."""

from __future__ import annotations

import re

from lazyflow.graph.drawing.diagram import Box, Diagram

SHAPES = {"web": ('(["', '"])'), "router": ('{{"', '"}}'), "python": ('[["', '"]]'), "local": ('["', '"]')}
SHAPES["online"] = SHAPES["local"]
ROUND = ('("', '")')
PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]*")
RESERVED = frozenset(
    {"call", "class", "click", "default", "direction", "end", "flowchart", "graph", "href", "style", "subgraph"}
)
SPECIAL = re.compile(r'[#&<>"`\\|*_~{}\[\]()]')


def mermaid(diagram: Diagram) -> str:
    """A flow chart, top to bottom."""
    names = identifiers(diagram)
    lines = ["flowchart TD", *(f"    {names[box.name]}{shape(box)}" for box in diagram.boxes)]
    for arrow in diagram.arrows:
        line = "-.->" if arrow.spare else "-->"
        label = f'|"{escaped(arrow.label)}"| ' if arrow.label else ""
        lines.append(f"    {names[arrow.start]} {line} {label}{names[arrow.end]}".replace("> |", ">|"))
    return "".join(f"{line}\n" for line in lines)


def identifiers(diagram: Diagram) -> dict[str, str]:
    """A word for each node: its name, unless Mermaid would read that as something else."""
    taken = {box.name for box in diagram.boxes}
    result = {}
    for box in diagram.boxes:
        word = box.name
        if not PLAIN_NAME.fullmatch(word) or word in RESERVED:
            word = f"{word.replace('-', '_')}_node"
            while word in taken:
                word += "_"
            taken.add(word)
        result[box.name] = word
    return result


def shape(box: Box) -> str:
    """A box with its two lines, in the shape of its type."""
    opening, closing = SHAPES.get(box.kind, ROUND)
    return f"{opening}{escaped(box.name)}<br>{escaped(box.caption)}{closing}"


def escaped(text: str) -> str:
    """A text inside quotes: what Mermaid, Markdown or HTML would read stands as a numbered entity."""
    return SPECIAL.sub(lambda found: f"#{ord(found.group())};", text)
