from __future__ import annotations

from dataclasses import replace

from lazyflow.nodes.events import Failure, Usage
from lazyflow.store.conversation import Conversation, Feedback, StepTaken
from lazyflow.store.export import markdown, to_json
from lazyflow.store.importing.read import read_export
from lazyflow.store.summary import Summary
from tests.store.kept import answered, asked, empty

SUMMARY = Summary(id="c1", title="Sums", pinned=True, created=86_400.0, updated=90_000.0)


def told() -> Conversation:
    conversation = replace(empty(), settings={"chat": {"top_k": 7, "stop": ("END",)}})
    for entry in (
        asked("q", "1 + 1?"),
        replace(
            answered("a", "Two.", "q"),
            thinking="hm",
            thinking_seconds=0.5,
            steps=(StepTaken(path=("flow",), state="ended", output="2", seconds=1.0),),
            notices=("trimmed",),
            usages=(Usage(("chat",), "smollm2", completion_tokens=2),),
            feedback=Feedback(good=True, note="right"),
        ),
        replace(answered("b", "Thr", "q"), state="stopped"),
        asked("q2", "Sure?", "b"),
        replace(answered("c", "", "q2"), state="failed", failure=Failure((), "It broke.", "Try again.")),
    ):
        conversation = conversation.with_entry(entry)
    return conversation


def test_markdown_holds_what_is_shown_and_how_replies_ended() -> None:
    assert markdown(SUMMARY, told()) == (
        "# Sums\n\n*1970-01-02*\n\n## You\n\n1 + 1?\n\n## Assistant\n\nThr\n\n*(stopped)*\n\n"
        "## You\n\nSure?\n\n## Assistant\n\n*It broke.*\n"
    )


def test_a_json_export_comes_back_with_all_branches_and_new_ids() -> None:
    conversation = told()
    names = iter(("q", "a", "b", "q2", "c", "new"))
    found = read_export(to_json([(SUMMARY, conversation)]), "bob", new_id=lambda: next(names))
    ((summary, back),) = found.conversations
    assert back == replace(conversation, id="new", person="bob")
    assert summary == replace(SUMMARY, id="new")
    assert found.skipped == 0
