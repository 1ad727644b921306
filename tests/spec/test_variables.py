"""Compose's operators, as its documentation lists them."""

from __future__ import annotations

import pytest

from lazyflow.spec.variables import Malformed, split, substitute

ENVIRONMENT = {"SET": "value", "EMPTY": "", "OTHER": "${SET}"}


def filled(text: str) -> str:
    result, missing = substitute(split(text), ENVIRONMENT)
    assert not missing
    return result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("${SET}", "value"),
        ("${EMPTY}", ""),
        ("a${SET}b${SET}c", "avaluebvaluec"),
        ("${SET:-default}", "value"),
        ("${EMPTY:-default}", "default"),
        ("${UNSET:-default}", "default"),
        ("${SET-default}", "value"),
        ("${EMPTY-default}", ""),
        ("${UNSET-default}", "default"),
        ("${UNSET:-}", ""),
        ("${SET:?message}", "value"),
        ("${EMPTY?message}", ""),
        ("${SET:+other}", "other"),
        ("${EMPTY:+other}", ""),
        ("${EMPTY+other}", "other"),
        ("${UNSET+other}", ""),
        ("${UNSET:+other}", ""),
        ("${UNSET:-${EMPTY:-${SET}}}", "value"),
        ("${UNSET:-a ${SET} b}", "a value b"),
        ("${SET:+${UNSET:-deep}}", "deep"),
        ("${UNSET:-a:-b}", "a:-b"),
        ("${UNSET:-http://x?y}", "http://x?y"),
        ("$$", "$"),
        ("$${SET}", "${SET}"),
        ("$$${SET}", "$value"),
        ("${UNSET:-$$}", "$"),
        ("$SET costs $5 {}", "$SET costs $5 {}"),
        ("}", "}"),
        ("${OTHER}", "${SET}"),
    ],
)
def test_a_variable_is_replaced(text: str, result: str) -> None:
    assert filled(text) == result


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("${UNSET}", ["UNSET"]),
        ("${A} ${B:?tell me} ${SET}", ["A", "B"]),
        ("${EMPTY:?must not be empty}", ["EMPTY"]),
        ("${UNSET:-${ALSO}}", ["ALSO"]),
    ],
)
def test_a_variable_without_a_value_is_missing(text: str, names: list[str]) -> None:
    _, missing = substitute(split(text), ENVIRONMENT)
    assert [one.variable.name for one in missing] == names


def test_what_the_author_says_is_kept() -> None:
    _, missing = substitute(split("${A:?ask ${SET}}"), ENVIRONMENT)
    assert missing[0].message == "ask value"


@pytest.mark.parametrize("text", ["${", "${}", "${1A}", "${A B}", "${A", "${A:-${B}", "${A:x}", "${A!}", "${-x}"])
def test_what_is_no_variable_is_malformed(text: str) -> None:
    with pytest.raises(Malformed) as raised:
        split(text)
    assert raised.value.start == 0


def test_deep_nesting_ends() -> None:
    with pytest.raises(Malformed, match="nested"):
        split("${A:-" * 10_000 + "}" * 10_000)
