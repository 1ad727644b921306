"""Who gets the conversation, over every type of node: what a web node names, and what a node says of itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lazyflow.messages import Message, Role
from lazyflow.runtime.contract import Ask
from tests.runtime.app_folder import AppFolder, answer

EARLIER = (Message(Role.USER, "I am Ada"), Message(Role.ASSISTANT, "Hello Ada"))
CODE = """
def count(message, history): return str(len(history))
def known(message): return "known"
def new(message): return "new"
"""
NODES: dict[str, dict[str, Any]] = {
    "m": {"type": "local", "model": "one"},
    "ask": {"type": "prompt", "model": "m", "template": "{{ input }}"},
    "count": {"type": "python", "call": "./code.py:count"},
    "known": {"type": "python", "call": "./code.py:known"},
    "new": {"type": "python", "call": "./code.py:new"},
    "rules": {"type": "router", "by": "rules", "routes": [{"to": "known", "when": "history"}], "default": "new"},
    "both": {"type": "parallel", "branches": {"x": "new"}, "join": "{{ history|length }}"},
    "judge": {"type": "router", "by": "model", "model": "m", "routes": [{"to": "new"}], "default": "new"},
    "line": {"type": "pipeline", "steps": ["new", "ask"]},
}


async def asked(folder: AppFolder, entry: str, named: list[str], own: bool | None = None) -> str:
    """The answer of `entry` to a second message."""
    folder.path.with_name("code.py").write_text(CODE)
    nodes = {**NODES, entry: NODES[entry] if own is None else {**NODES[entry], "history": own}}
    nodes["web"] = {"type": "web", "target": entry, "history": named}
    folder.save(json.dumps({"version": 1, "nodes": nodes}))
    live = await folder.ready()
    return await answer(live.app, Ask(message="Who am I?", entry=entry, web="web", history=EARLIER))


@pytest.mark.parametrize(
    ("entry", "reads", "alone"), [("count", "2", "0"), ("rules", "known", "new"), ("both", "2", "0")]
)
@pytest.mark.parametrize(
    ("is_named", "own", "does_read"),
    [(True, None, True), (False, None, False), (False, True, True), (True, False, False)],
)
async def test_a_nodes_own_word_decides_and_else_the_web_nodes(
    *, entry: str, reads: str, alone: str, is_named: bool, own: bool | None, does_read: bool, folder: AppFolder
) -> None:
    assert await asked(folder, entry, [entry] if is_named else [], own) == (reads if does_read else alone)


@pytest.mark.parametrize(
    ("entry", "named", "is_told"),
    [
        ("m", ["m"], True),
        ("m", [], False),
        ("ask", ["ask"], True),
        ("ask", ["m"], True),
        ("ask", ["ask", "m"], True),
        ("ask", [], False),
        ("line", ["ask"], True),
        ("line", ["line"], False),
        ("judge", ["m"], True),
        ("judge", [], False),
    ],
)
async def test_a_model_is_told_the_conversation_once_where_it_or_its_prompt_is_named(
    entry: str, named: list[str], is_told: bool, folder: AppFolder
) -> None:
    await asked(folder, entry, named)
    (request,) = folder.model.requests
    assert request.messages[:-1] == (EARLIER if is_told else ())
