"""Trees and the places in them."""

from __future__ import annotations

import pytest
import yaml

from lazyflow.spec.parse import parse
from lazyflow.spec.tree import Mapping, Scalar, Tree, locate, plain


def tree(text: str) -> Mapping:
    parsed = parse(text, "f")
    assert parsed.problems == ()
    assert isinstance(parsed.tree, Mapping)
    return parsed.tree


def place(text: str, *path: str | int) -> tuple[int, int, int, int]:
    whole = tree(text)
    span = locate(whole, path, whole.span)
    return span[1:]


@pytest.mark.parametrize(
    ("text", "path", "span"),
    [
        ("a: b", ("a",), (1, 4, 1, 5)),
        ("a: 'b'  # c", ("a",), (1, 4, 1, 7)),
        ('é𝄞: "𝄞é"', ("é𝄞",), (1, 5, 1, 9)),
        ("{a: [1, {b: c}]}", ("a", 1, "b"), (1, 13, 1, 14)),
        ("a:\n  - b\n  - c", ("a", 1), (3, 5, 3, 6)),
        ("a: &x b", ("a",), (1, 7, 1, 8)),
        ("a: &x   'b'", ("a",), (1, 9, 1, 12)),
        ("a: !!str 5", ("a",), (1, 10, 1, 11)),
        ("a:\r\n  b: c", ("a", "b"), (2, 6, 2, 7)),
        ("a: |\n  text\nb: c", ("a",), (1, 4, 1, 5)),
        ("a:\nb: c", ("a",), (1, 1, 1, 2)),
        ("x: &x {k: v}\na: *x", ("a", "k"), (1, 11, 1, 12)),
        ("x: &x {k: v}\na: {<<: *x, l: w}", ("a", "k"), (1, 11, 1, 12)),
        ('a: "\u2028"\nb: c', ("b",), (2, 4, 2, 5)),
    ],
)
def test_a_value_is_where_it_was_typed(text: str, path: tuple[str | int, ...], span: tuple[int, int, int, int]) -> None:
    assert place(text, *path) == span


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: [1, 1.5, true, ~, no, '1']", {"a": [1, 1.5, True, None, "no", "1"]}),
        ("a: !!str 5\nb: !!int '5'\nc: ! 5", {"a": "5", "b": 5, "c": "5"}),
        ("x: &x {k: v, l: w}\na: {<<: *x, l: own}", {"x": {"k": "v", "l": "w"}, "a": {"l": "own", "k": "v"}}),
        (
            "x: &x {k: 1}\ny: &y {k: 2, m: 3}\na: {<<: [*x, *y]}",
            {"x": {"k": 1}, "y": {"k": 2, "m": 3}, "a": {"k": 1, "m": 3}},
        ),
        ("a: >-\n  b\n  c\n", {"a": "b c"}),
        ('a: "b\u2028\x85c"', {"a": "b\u2028\x85c"}),
        ('a: "\ue000\ue001\ue085\ue028\u2029\x85"', {"a": "\ue000\ue001\ue085\ue028\u2029\x85"}),
        ("\ue085: \ue029", {"\ue085": "\ue029"}),
        ("a: 1\n...\n", {"a": 1}),
        ("? a\n: b", {"a": "b"}),
    ],
)
def test_a_document_means_what_yaml_says(text: str, data: object) -> None:
    assert plain(tree(text)) == data


def test_libyaml_and_pyyaml_say_the_same_places(monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'a: &x {é𝄞: [1, "𝄞", b c]}\nd:\n  - *x\n  - |\n    e\n  - <<: *x\n    f: !!str 5\n'
    fast = parse(text, "f").tree
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert parse(text, "f").tree == fast


def test_a_bomb_is_no_copy() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]" for at in range(1, 30)]
    parsed = parse("\n".join(lines), "f")
    assert parsed.tree is None
    assert [problem.code for problem in parsed.problems] == ["LF011"]


def test_a_scalar_alone_is_a_document() -> None:
    parsed: Tree | None = parse("hello", "f").tree
    assert isinstance(parsed, Scalar)
