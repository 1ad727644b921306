from __future__ import annotations

import pytest

from lazyflow.store.conversation import Feedback
from lazyflow.web.parsing import LONGEST_ID, LONGEST_MESSAGE, LONGEST_NOTE, MOST_FILES, parse
from lazyflow.web.requests import (
    Adjust,
    Choose,
    Controls,
    Delete,
    Edit,
    FromPage,
    GoOn,
    Inspect,
    Judge,
    List,
    New,
    Overview,
    Pin,
    Ready,
    Regenerate,
    Remove,
    Rename,
    Send,
    Stop,
)


@pytest.mark.parametrize(
    ("data", "request_"),
    [
        ({"t": "ready", "c": "abc"}, Ready("abc")),
        ({"t": "ready"}, Ready("")),
        ({"t": "send", "s": "hi", "context": True}, Send("hi", use_context=True)),
        ({"t": "send", "s": "hi", "context": False}, Send("hi", use_context=False)),
        ({"t": "send", "s": "hi"}, Send("hi", use_context=True)),
        ({"t": "send", "s": "", "files": ["f1", "f2", "f1"]}, Send("", use_context=True, files=("f1", "f2"))),
        ({"t": "send", "s": "hi", "files": []}, Send("hi", use_context=True)),
        ({"t": "edit", "id": "m1", "files": ["f1"]}, Edit("m1", "", use_context=True, files=("f1",))),
        ({"t": "edit", "id": "m1", "s": "hi"}, Edit("m1", "hi", use_context=True)),
        ({"t": "inspect", "id": "m1"}, Inspect("m1")),
        ({"t": "regenerate", "id": "m1"}, Regenerate("m1")),
        ({"t": "regenerate", "id": "m1", "node": "big"}, Regenerate("m1", "big")),
        ({"t": "regenerate", "id": "m1", "node": 7}, Regenerate("m1")),
        ({"t": "go-on", "id": "m1"}, GoOn("m1")),
        ({"t": "remove", "id": "m1"}, Remove("m1", undo=False)),
        ({"t": "remove", "id": "m1", "undo": True}, Remove("m1", undo=True)),
        ({"t": "judge", "id": "m1", "good": True}, Judge("m1", Feedback(good=True))),
        ({"t": "judge", "id": "m1", "good": False, "note": " no "}, Judge("m1", Feedback(good=False, note="no"))),
        ({"t": "judge", "id": "m1", "good": 1, "note": "no"}, Judge("m1", None)),
        ({"t": "judge", "id": "m1", "good": True, "note": 7}, Judge("m1", Feedback(good=True))),
        ({"t": "controls"}, Controls()),
        ({"t": "overview", "graph": True}, Overview(graph=True)),
        ({"t": "overview", "graph": 1}, Overview(graph=False)),
        ({"t": "adjust", "node": "chat", "param": "top_k", "value": 5}, Adjust("chat", "top_k", 5)),
        ({"t": "adjust", "node": "chat", "param": "top_k"}, Adjust("chat", "top_k", None)),
        ({"t": "choose", "id": "m1"}, Choose("m1")),
        ({"t": "stop"}, Stop()),
        ({"t": "new"}, New()),
        ({"t": "list"}, List("")),
        ({"t": "list", "s": " cake "}, List("cake")),
        ({"t": "list", "s": "cake", "n": 400}, List("cake", 400)),
        ({"t": "list", "n": -1}, List("")),
        ({"t": "list", "n": "all"}, List("")),
        ({"t": "list", "n": 10**9}, List("")),
        ({"t": "rename", "c": "c1", "s": " Cakes "}, Rename("c1", "Cakes")),
        ({"t": "pin", "c": "c1", "on": True}, Pin("c1", pinned=True)),
        ({"t": "delete", "c": "c1"}, Delete("c1", undo=False)),
        ({"t": "delete", "c": "c1", "undo": True}, Delete("c1", undo=True)),
    ],
)
def test_what_our_page_says_is_understood(data: object, request_: FromPage) -> None:
    assert parse(data) == request_


@pytest.mark.parametrize(
    "data",
    [
        None,
        "send",
        [],
        {},
        {"t": "unknown"},
        {"t": ["send"]},
        {"t": "send"},
        {"t": "send", "s": " \n"},
        {"t": "send", "s": 5},
        {"t": "send", "s": "x" * (LONGEST_MESSAGE + 1)},
        {"t": "send", "s": 5, "files": ["f1"]},
        {"t": "send", "s": "hi", "files": "f1"},
        {"t": "send", "s": "hi", "files": [7]},
        {"t": "send", "s": "hi", "files": [""]},
        {"t": "send", "s": "hi", "files": ["x" * (LONGEST_ID + 1)]},
        {"t": "send", "s": "hi", "files": [str(one) for one in range(MOST_FILES + 1)]},
        {"t": "edit", "s": "hi"},
        {"t": "rename", "c": "c1", "s": ""},
        {"t": "pin", "on": True},
        {"t": "delete", "c": 5},
        {"t": "edit", "id": "m1"},
        {"t": "regenerate", "id": ""},
        {"t": "judge", "good": True},
        {"t": "go-on"},
        {"t": "remove", "undo": True},
        {"t": "adjust", "node": "chat", "value": 5},
        {"t": "adjust", "node": ["chat"], "param": "top_k"},
        {"t": "choose", "id": "x" * (LONGEST_ID + 1)},
        {"t": "choose", "id": {"$ne": 1}},
    ],
)
def test_anything_else_is_nothing(data: object) -> None:
    assert parse(data) is None


def test_a_conversation_that_cannot_be_one_is_a_new_one() -> None:
    assert parse({"t": "ready", "c": "x" * (LONGEST_ID + 1)}) == Ready("")


def test_a_note_is_cut_where_it_is_absurdly_long() -> None:
    found = parse({"t": "judge", "id": "m1", "good": True, "note": "x" * (LONGEST_NOTE + 1)})
    assert found == Judge("m1", Feedback(good=True, note="x" * LONGEST_NOTE))
