from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lazyflow.store.conversation import Conversation
from lazyflow.store.importing.read import ImportRefused, read_export
from tests.store.kept import opened


def only(document: object) -> Conversation:
    ((_, conversation),) = read_export(json.dumps(document), "ann").conversations
    return conversation


def shown(conversation: Conversation) -> list[tuple[str, str]]:
    return [(entry.role.value, entry.text) for entry in conversation.path()]


def openai(*messages: tuple[str, str | None, str | None, Any], last: str, **more: object) -> dict[str, Any]:
    """A conversation of (id, parent, role, content)."""
    return {
        "title": "Theirs",
        "create_time": 1_700_000_000.5,
        "update_time": 1_700_000_100.5,
        "current_node": last,
        "mapping": {
            name: {
                "id": name,
                "parent": parent,
                "message": role
                and {
                    "author": {"role": role},
                    "content": content if isinstance(content, dict) else {"content_type": "text", "parts": [content]},
                },
            }
            for name, parent, role, content in messages
        },
        **more,
    }


CHAT = openai(
    ("root", None, None, None),
    ("sys", "root", "system", "You are helpful"),
    ("u1", "sys", "user", "Hello"),
    ("think", "u1", "assistant", {"content_type": "thoughts", "thoughts": [{"summary": "s", "content": "hm"}]}),
    ("call", "think", "assistant", {"content_type": "code", "text": "1 + 1"}),
    ("tool", "call", "tool", "2"),
    ("a1", "tool", "assistant", {"content_type": "multimodal_text", "parts": ["Two", {"asset_pointer": "x"}]}),
    ("u2", "a1", "user", "Old question"),
    ("a2", "u2", "assistant", "Old answer"),
    ("u3", "a1", "user", "New question"),
    ("a3", "u3", "assistant", "New answer"),
    last="a2",
)


def test_an_export_of_openai_becomes_questions_and_answers_with_branches() -> None:
    conversation = only([CHAT])
    assert shown(conversation) == [
        ("user", "Hello"),
        ("assistant", "```\n1 + 1\n```\n\nTwo"),
        ("user", "Old question"),
        ("assistant", "Old answer"),
    ]
    assert conversation.path()[1].thinking == "hm"
    assert len(conversation.branches(conversation.path()[2])) == 2
    ((summary, _),) = read_export(json.dumps([CHAT]), "ann").conversations
    assert (summary.title, summary.created, summary.updated) == ("Theirs", 1_700_000_000.5, 1_700_000_100.5)


def test_what_was_spoken_comes_and_marks_of_sources_stay_behind() -> None:
    def spoken(words: str) -> dict[str, Any]:
        transcription = {"content_type": "audio_transcription", "text": words, "direction": "in"}
        return {"content_type": "multimodal_text", "parts": [transcription, {"content_type": "audio_asset_pointer"}]}

    conversation = only(
        [
            openai(
                ("u", None, "user", spoken("Who won?")),
                ("a", "u", "assistant", spoken("Nobody did.")),
                ("u2", "a", "user", "Sure?"),
                ("a2", "u2", "assistant", "Yes \ue200cite\ue202turn0search1\ue201, they drew\ue200cite\ue202x\ue201."),
                last="a2",
            )
        ]
    )
    assert shown(conversation) == [
        ("user", "Who won?"),
        ("assistant", "Nobody did."),
        ("user", "Sure?"),
        ("assistant", "Yes, they drew."),
    ]


def test_an_answer_that_was_written_in_two_ways_is_two_branches() -> None:
    conversation = only(
        [
            openai(
                ("u", None, "user", "Hello"),
                ("a", "u", "assistant", "First part"),
                ("b", "a", "assistant", "and an end"),
                ("c", "a", "assistant", "and another"),
                ("u2", "a", "user", "Stop there"),
                last="c",
            )
        ]
    )
    texts = sorted(entry.text for entry in conversation.entries.values())
    assert texts == ["First part", "First part\n\nand an end", "First part\n\nand another", "Hello", "Stop there"]
    assert shown(conversation) == [("user", "Hello"), ("assistant", "First part\n\nand another")]


WEBUI = {
    "id": "x",
    "user_id": "y",
    "title": "Mine",
    "created_at": 1_700_000_000,
    "updated_at": 1_700_000_100,
    "pinned": True,
    "chat": {
        "history": {
            "currentId": "2",
            "messages": {
                "1": {"id": "1", "parentId": None, "role": "user", "content": "Hello"},
                "2": {
                    "id": "2",
                    "parentId": "1",
                    "role": "assistant",
                    "content": '<details type="reasoning" done="true" duration="2">\n<summary>Thought for 2 seconds'
                    "</summary>\n> hm\n</details>\nHi <b>you</b>",
                },
                "3": {"id": "3", "parentId": "1", "role": "assistant", "content": "Another"},
            },
        }
    },
}


def test_an_export_of_open_webui_comes_with_thinking_branches_and_pin() -> None:
    ((summary, conversation),) = read_export(json.dumps([WEBUI]).encode(), "ann").conversations
    assert shown(conversation) == [("user", "Hello"), ("assistant", "Hi <b>you</b>")]
    assert conversation.path()[1].thinking == "hm"
    assert len(conversation.branches(conversation.path()[1])) == 2
    assert (summary.title, summary.pinned, summary.updated) == ("Mine", True, 1_700_000_100.0)


def test_calls_of_tools_stay_behind_and_thinking_is_plain_text() -> None:
    answer = (
        '<details type="reasoning" done="true">\n<summary>Thought</summary>\n&gt; a &lt;b&gt;\n&gt; c\n</details>\n'
        '<details type="tool_calls" done="true" name="x" result="&quot;2&quot;">\n<summary>Ran</summary>\n</details>'
        "\nTwo"
    )
    messages = [{"role": "user", "content": "1 + 1?"}, {"role": "assistant", "content": answer}]
    conversation = only({"chat": {"title": "t", "messages": messages}})
    assert shown(conversation) == [("user", "1 + 1?"), ("assistant", "Two")]
    assert conversation.path()[1].thinking == "a <b>\nc"


def test_an_old_export_without_a_tree_is_a_row_of_messages() -> None:
    messages = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    assert shown(only({"chat": {"title": "t", "timestamp": 1_700_000_000_000, "messages": messages}})) == [
        ("user", "a"),
        ("assistant", "b"),
    ]


def test_a_conversation_that_begins_with_an_answer_gets_a_question() -> None:
    assert shown(only([openai(("a", None, "assistant", "Welcome"), last="a")])) == [
        ("user", "…"),
        ("assistant", "Welcome"),
    ]


def test_a_damaged_conversation_is_skipped_and_the_others_come() -> None:
    circle = openai(("a", "b", "user", "x"), ("b", "a", "assistant", "y"), last="a")
    orphan = openai(("a", "gone", "user", "x"), last="a")
    nothing = openai(("root", None, None, None), last="root")
    wrong = [{**CHAT, "title": ["no"]}, {**CHAT, "create_time": 10**400}, {"mapping": {"a": {"message": {}}}}, 7]
    found = read_export(json.dumps([circle, orphan, nothing, *wrong, CHAT]), "ann")
    assert (len(found.conversations), found.skipped) == (1, 7)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("{}", "no conversation"),
        ("[]", "no conversation"),
        ('{"lazyflow": 2, "conversations": []}', "version 2"),
        ('{"lazyflow": 1, "conversations": 7}', "damaged"),
        (
            '{"lazyflow": 1, "conversations": [{"entries": [{"id": "a", "role": "assistant", "text": "?"}]}]}',
            "no conversation",
        ),
    ],
)
def test_a_file_that_is_no_export_is_refused_in_words(content: str | bytes, words: str) -> None:
    with pytest.raises(ImportRefused, match=words) as caught:
        read_export(content, "ann")
    assert "OpenAI" in caught.value.help


def test_a_long_conversation_is_read_in_a_moment() -> None:
    rows = [
        (f"m{number}", f"m{number - 1}" if number else None, "assistant" if number % 2 else "user", "text")
        for number in range(20_000)
    ]
    assert len(only([openai(*rows, last="m19999")]).path()) == 20_000


@pytest.mark.parametrize("store", ["memory", "chats.db"])
async def test_what_was_imported_is_kept_and_found(tmp_path: Path, store: str) -> None:
    ((summary, conversation),) = read_export(json.dumps([CHAT]), "ann").conversations
    async with opened(tmp_path, store) as kept:
        await kept.add(conversation, summary)
        assert await kept.load("ann", conversation.id) == conversation
        assert await kept.recent("ann") == (summary,)
        assert [match.summary for match in await kept.search("ann", "Old answer")] == [summary]
