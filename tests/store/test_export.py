from __future__ import annotations

import itertools
import json
from dataclasses import replace

from lazyflow.messages import File
from lazyflow.nodes.events import Failure, Usage
from lazyflow.store.conversation import Conversation, Feedback, StepTaken
from lazyflow.store.export import markdown, to_json
from lazyflow.store.files import Attachment, attachment_of
from lazyflow.store.importing.luggage import ALL_SECONDS
from lazyflow.store.importing.read import read_export
from lazyflow.store.summary import Summary
from tests.store.kept import answered, asked, empty
from tests.uploads.pdfs import pdf

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


def test_attached_files_travel_along_and_are_read_like_any_that_a_person_brings() -> None:
    picture = File("p.png", "image/png", b"\x89PNG\r\n\x1a\n...")
    liar = File("notes.txt", "text/html", b"<script>1</script>", "another text")
    broken = File("x.bin", "text/plain", b"\x00")
    files = {"f1": picture, "f2": liar, "f3": broken}
    question = replace(asked("q", ""), files=tuple(attachment_of(*one) for one in files.items()))
    document = to_json([(SUMMARY, empty().with_entry(question))], files)
    names = iter(("q", "n1", "n2", "new"))
    found = read_export(document, "bob", new_id=lambda: next(names))
    ((_, back),) = found.conversations
    read = {"n1": picture, "n2": File("notes.txt", "text/plain", liar.data, "<script>1</script>")}
    assert found.files == read
    assert found.left_out == 1
    assert back.entries["q"].files == tuple(attachment_of(*one) for one in read.items())
    assert "*[p.png]*\n\n*[notes.txt]*" in markdown(SUMMARY, empty().with_entry(question))


def test_files_whose_contents_are_not_at_hand_are_named_and_left_out() -> None:
    question = replace(asked("q", "look"), files=(Attachment(id="f", name="p.png", media_type="image/png", size=9),))
    document = to_json([(SUMMARY, empty().with_entry(question))])
    assert json.loads(document)["conversations"][0]["entries"][0]["files"] == [
        {"name": "p.png", "type": "image/png", "size": 9}
    ]
    found = read_export(document, "bob")
    assert found.files == {}
    assert found.left_out == 1
    assert all(not entry.files for _, conversation in found.conversations for entry in conversation.entries.values())


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


def test_all_pdfs_of_an_import_have_one_time_together() -> None:
    files = {f"f{number}": File(f"{number}.pdf", "application/pdf", pdf("page"), "page") for number in range(4)}
    files["f4"] = File("notes.txt", "text/plain", b"text", "text")
    question = replace(asked("q", "read"), files=tuple(attachment_of(*one) for one in files.items()))
    document = to_json([(SUMMARY, empty().with_entry(question))], files)
    # The time is asked for at its start and before each file: the last PDF comes too late.
    moments = itertools.chain((0, 0, 0, ALL_SECONDS - 1, ALL_SECONDS + 1), itertools.repeat(ALL_SECONDS + 1))
    found = read_export(document, "bob", clock=lambda: next(moments))
    assert [file.name for file in found.files.values()] == ["0.pdf", "1.pdf", "2.pdf", "notes.txt"]
    assert found.left_out == 1
