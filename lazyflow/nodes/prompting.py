"""What a template of a flow node sees, and how its failure is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lazyflow.messages import History
from lazyflow.nodes.contract import NodeFailed, Turn
from lazyflow.nodes.events import Failure
from lazyflow.templates import Template, TemplateFailed


def variables(turn: Turn, node: str) -> dict[str, Any]:
    """`input`, `history`, `files`, and what other nodes said: by name (a `-` reads as `_`) and in `outputs`."""
    return {
        **{name.replace("-", "_"): text for name, text in turn.outputs.items()},
        "outputs": dict(turn.outputs),
        "input": turn.message,
        "history": plain(turn.history_for(node)),
        "files": [{"name": file.name, "type": file.media_type, "text": file.text} for file in turn.files],
    }


def plain(history: History) -> list[dict[str, str]]:
    """A conversation as plain data, in the form that every chat API uses."""
    return [{"role": message.role.value, "content": message.text} for message in history]


def render(template: Template, values: Mapping[str, Any], turn: Turn) -> str:
    """The template's text.

    Raises: `NodeFailed` that names the node.
    """
    try:
        return template.render(values)
    except TemplateFailed as error:
        raise template_failure(error, turn) from error


def template_failure(error: TemplateFailed, turn: Turn) -> NodeFailed:
    """A template's failure as the turn's."""
    return NodeFailed(Failure(turn.path, f"node '{turn.path[-1]}': {error.message}", error.help, "invalid"))
