"""YAML 1.2's core schema."""

from __future__ import annotations

import math

import pytest

from lazyflow.spec.scalars import resolve


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nothing(text: str) -> None:
    assert resolve(text) is None


@pytest.mark.parametrize(("text", "value"), [("true", True), ("True", True), ("FALSE", False), ("false", False)])
def test_booleans(text: str, value: bool) -> None:
    assert resolve(text) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("-12", -12), ("+5", 5), ("010", 10), ("0o17", 15), ("0xfF", 255), ("1" * 64, int("1" * 64))],
)
def test_whole_numbers(text: str, value: int) -> None:
    assert resolve(text) == value
    assert isinstance(resolve(text), int)


@pytest.mark.parametrize(
    ("text", "value"), [("1.0", 1.0), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-.inf", -math.inf)]
)
def test_numbers(text: str, value: float) -> None:
    assert resolve(text) == value
    assert isinstance(resolve(text), float)


def test_not_a_number() -> None:
    value = resolve(".nan")
    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "yes",
        "on",
        "off",
        "y",
        "n",
        "NO",
        "1:30",
        "12:30:45",
        "2024-01-01",
        "1_000",
        "0b11",
        "+0x1",
        "nan",
        "inf",
        "1e",
        "e1",
        ".",
        "-",
        "--1",
        "1.2.3",
        "TRue",
        "nULL",
        "<<",
        "=",
        "9" * 65,
        "0o8",
        "1 2",
    ],
)
def test_everything_else_is_text(text: str) -> None:
    assert resolve(text) == text
