from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from lazyflow.graph.graph import Graph
from lazyflow.graph.load import check_text
from lazyflow.messages import Message, Role
from lazyflow.nodes.contract import Budget, Embeddings, NodeFailed, Turn
from lazyflow.nodes.events import Event, Failure, Text
from lazyflow.nodes.fallback import FallbackNode
from lazyflow.runtime.app import App
from lazyflow.runtime.contract import Ask
from lazyflow.spec.nodes import Fallback
from tests.nodes.fake_node import FakeNode
from tests.runtime.app_folder import AppFolder, events

APP = """
version: 1
nodes:
  a: { type: python, call: "os.path:basename" }
  b: { type: python, call: "os.path:basename" }
  web: { type: web, target: a, history: [a] }
"""
EARLIER = (Message(Role.USER, "before"),)


def graph() -> Graph:
    found = check_text(APP, "app.yaml").graph
    assert found is not None
    return found


def app(*nodes: FakeNode) -> App:
    return App(graph(), {node.name: node for node in nodes}, {})


@pytest.mark.parametrize(
    ("ask", "history"),
    [
        (Ask(message="hi", entry="a", web="web", history=EARLIER), EARLIER),
        (Ask(message="hi", entry="a", web="web", history=EARLIER, use_context=False), ()),
        (Ask(message="hi", entry="a", history=EARLIER), EARLIER),
        (Ask(message="hi", entry="b", history=EARLIER), EARLIER),
        (Ask(message="hi", entry="b", web="web", history=EARLIER), ()),
        (Ask(message="hi", entry="a", web="gone", history=EARLIER), EARLIER),
    ],
)
async def test_the_conversation_is_passed_to_who_reads_it(ask: Ask, history: tuple[Message, ...]) -> None:
    nodes = FakeNode("a", ["x"]), FakeNode("b", ["x"])
    await events(app(*nodes), ask)
    (turn,) = [turn for node in nodes for turn in node.turns]
    assert turn.history_for(ask.entry) == history
    assert turn.path == (ask.entry,)


async def test_a_node_that_is_none_is_a_failure() -> None:
    (failure,) = await events(app(FakeNode("a")), Ask(message="hi", entry="nobody"))
    assert failure == Failure(("nobody",), "there is no node 'nobody'", "the nodes are: a", "invalid")


async def test_a_failure_ends_the_turn() -> None:
    told = await events(app(FakeNode("a", ["x"], fails="it broke")), Ask(message="hi", entry="a"))
    assert told == [Text("x"), Failure(("a",), "it broke")]


class Broken(FakeNode):
    async def stream(self, turn: Turn) -> AsyncGenerator[Event, None]:
        yield Text(turn.path[0])
        raise ZeroDivisionError("secret detail")


async def test_a_bug_is_told_in_plain_words_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    told = await events(app(Broken("a")), Ask(message="hi", entry="a"))
    assert told[-1] == Failure(("a",), "node 'a' broke off unexpectedly", "the log has the details")
    assert "ZeroDivisionError" in caplog.text


async def test_closing_the_stream_ends_the_node() -> None:
    node = FakeNode("a", ["x"], hangs=True)
    stream = app(node).stream(Ask(message="hi", entry="a"))
    assert await anext(stream) == Text("x")
    await stream.aclose()
    assert node.running == 0


def test_a_turn_may_run_so_many_nodes_and_no_more() -> None:
    turn = Turn(message="hi", budget=Budget(steps=3))
    turn.enter("a").enter("b")
    turn.enter("c")
    with pytest.raises(NodeFailed, match="too many nodes"):
        turn.enter("d")


def test_nodes_may_call_each_other_so_deep_and_no_deeper() -> None:
    turn = Turn(message="hi", budget=Budget(depth=2)).enter("a").enter("b")
    with pytest.raises(NodeFailed, match="more than 2 deep"):
        turn.enter("c")


async def test_branches_that_multiply_end_in_one_message(tmp_path: Path) -> None:
    lines = "\n".join(f"  n{i}: {{ type: pipeline, steps: [n{i + 1}, n{i + 1}] }}" for i in range(30))
    folder = AppFolder(tmp_path, f"version: 1\nnodes:\n{lines}\n  n30: {{ type: python, call: 'os.path:basename' }}\n")
    live = await folder.start()
    failure = (await events(live.app, Ask(message="hi", entry="n0")))[-1]
    assert isinstance(failure, Failure)
    assert "too many nodes" in failure.message
    await live.close()


COUNTED = "import itertools\nnumbers = itertools.count()\ndef f(message): return str(next(numbers))\ng = f\n"


async def test_nodes_of_one_file_share_its_module_and_a_saved_file_is_imported_anew(folder: AppFolder) -> None:
    code = folder.path.with_name("code.py")
    code.write_text(COUNTED)
    folder.save(
        "version: 1\nnodes:\n  a: { type: python, call: './code.py:f' }\n  b: { type: python, call: './code.py:g' }\n"
    )
    live = await folder.ready()
    assert [await folder.ask(entry=entry) for entry in ("a", "b", "a")] == ["0", "1", "2"]
    code.write_text(COUNTED.replace("count()", "count(10)"))
    await live.reload()
    assert [await folder.ask(entry=entry) for entry in ("a", "b")] == ["10", "11"]


@pytest.mark.parametrize(("ask", "words"), [("embed", "makes no embeddings"), ("tokenize", "no tokens")])
async def test_what_a_nodes_type_does_not_offer_is_told(ask: str, words: str) -> None:
    with pytest.raises(NodeFailed) as caught:
        await getattr(app(FakeNode("a")), ask)("a", ["x"])
    assert (caught.value.failure.path, caught.value.failure.reason) == (("a",), "invalid")
    assert words in caught.value.failure.message


async def test_embeddings_are_the_nodes_own_and_never_its_fallbacks() -> None:
    class Embedding(FakeNode):
        async def embed(self, texts: Sequence[str], dimensions: int | None = None) -> Embeddings:
            return Embeddings(tuple((float(len(text)), float(dimensions or 0)) for text in texts), 1)

    node = FallbackNode(Embedding("a"), [FakeNode("b")], Fallback(nodes=("b",)))
    found = await App(graph(), {"a": node}, {}).embed("a", ["xyz"], 7)
    assert found == Embeddings(((3.0, 7.0),), 1)
