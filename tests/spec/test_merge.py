"""One file laid over another."""

from __future__ import annotations

import pytest

from lazyflow.errors import Problem
from lazyflow.spec.merge import merge, without_resets
from lazyflow.spec.parse import parse
from lazyflow.spec.tree import Tree, locate, plain


def tree(text: str, file: str = "f") -> Tree:
    found = parse(text, file).tree
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("base", "over", "data"),
    [
        ("{a: 1}", "{b: 2}", {"a": 1, "b": 2}),
        ("{a: {b: 1, c: 2}}", "{a: {c: 3}}", {"a": {"b": 1, "c": 3}}),
        ("{a: [1, 2]}", "{a: [3]}", {"a": [3]}),
        ("{a: 1}", "{a: {b: 2}}", {"a": {"b": 2}}),
        ("{a: {b: 2}}", "{a: 1}", {"a": 1}),
        ("{a: 1, b: 2}", "{a: !reset null}", {"b": 2}),
        ("{a: {b: 1, c: 2}}", "{a: {b: !reset }}", {"a": {"c": 2}}),
        ("{a: [1]}", "{a: !reset []}", {}),
        ("{a: {b: 1}}", "{a: !reset {}}", {}),
        ("{a: 1}", "{b: {c: !reset null, d: 1}}", {"a": 1, "b": {"d": 1}}),
        ("{a: 1}", "{a: null}", {"a": None}),
    ],
)
def test_maps_merge_and_everything_else_replaces(base: str, over: str, data: object) -> None:
    assert plain(merge(tree(base), tree(over))) == data


def test_each_value_keeps_the_file_that_wrote_it() -> None:
    whole = merge(tree("{a: {b: 1, c: 2}}", "base"), tree("{a: {c: 3}}", "over"))
    at = whole.span
    assert locate(whole, ("a", "b"), at).file == "base"
    assert locate(whole, ("a", "c"), at).file == "over"


def test_a_reset_in_the_first_file_is_a_problem() -> None:
    problems: list[Problem] = []
    left = without_resets(tree("{a: !reset null, b: [!reset null, 1]}"), problems)
    assert plain(left) == {"b": [None, 1]}
    assert len(problems) == 2
