from __future__ import annotations

from typing import Any

import pytest

from lazyflow.spec.schema import load_schema
from lazyflow.store.conversation import Setting
from lazyflow.web.widgets import LONGEST_TEXT, MOST_ITEMS, Widget, accepted, widget

SAMPLING = load_schema()["$defs"]["sampling"]["properties"]


def made(name: str) -> Widget:
    return widget(SAMPLING[name])


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("temperature", ("number", 0, 2, 0.01, True)),
        ("top_p", ("number", 0, 1, 0.01, True)),
        ("top_k", ("number", 0, None, 1, False)),
        ("repeat_penalty", ("number", 0.01, 2, 0.01, True)),
        ("presence_penalty", ("number", -2, 2, 0.01, True)),
        ("max_tokens", ("number", 1, None, 1, False)),
        ("seed", ("number", 0, 4294967295, 1, False)),
        ("stop", ("list", None, None, 0.01, False)),
    ],
)
def test_a_parameter_gets_the_widget_and_the_bounds_of_its_schema(name: str, shape: tuple[object, ...]) -> None:
    found = made(name)
    assert (found.kind, found.minimum, found.maximum, found.step, found.slides) == shape
    assert found.title == SAMPLING[name]["title"]
    assert found.help == SAMPLING[name]["description"]


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"title": "T", "type": "boolean"}, "switch"),
        ({"title": "T", "enum": ["a", "b"]}, "choice"),
        ({"title": "T", "type": "string"}, "text"),
        ({"title": "T", "type": "array", "items": {"type": "string"}}, "list"),
        ({"title": "T", "type": "integer"}, "number"),
    ],
)
def test_every_kind_of_value_has_its_widget(schema: dict[str, Any], kind: str) -> None:
    assert widget(schema).kind == kind


TEXT = Widget(kind="text", title="T")
CHOICE = Widget(kind="choice", title="T", options=("a", "b"))
SWITCH = Widget(kind="switch", title="T")
LIST = Widget(kind="list", title="T")


@pytest.mark.parametrize(
    ("of", "value", "kept"),
    [
        (made("temperature"), 0, 0.0),
        (made("temperature"), 2, 2.0),
        (made("temperature"), 0.123, 0.123),
        (made("temperature"), 2.01, None),
        (made("temperature"), -0.01, None),
        (made("temperature"), "1", None),
        (made("temperature"), True, None),
        (made("temperature"), float("inf"), None),
        (made("repeat_penalty"), 0, None),
        (made("top_k"), 40.0, 40),
        (made("top_k"), 40.5, None),
        (made("top_k"), -1, None),
        (made("top_k"), [40], None),
        (made("seed"), 2**32, None),
        (TEXT, "", ""),
        (TEXT, "Be brief.", "Be brief."),
        (TEXT, "x" * (LONGEST_TEXT + 1), None),
        (TEXT, 5, None),
        (CHOICE, "a", "a"),
        (CHOICE, "c", None),
        (SWITCH, False, False),
        (SWITCH, 0, None),
        (LIST, ["END", "\n"], ("END", "\n")),
        (LIST, [], None),
        (LIST, [""], None),
        (LIST, ["END", 5], None),
        (LIST, ["x"] * (MOST_ITEMS + 1), None),
        (LIST, "END", None),
        (LIST, None, None),
    ],
)
def test_a_widget_takes_what_its_schema_allows_and_no_more(of: Widget, value: object, kept: Setting | None) -> None:
    found = accepted(of, value)
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize("name", SAMPLING)
def test_every_parameter_takes_the_examples_of_its_schema(name: str) -> None:
    for example in SAMPLING[name]["examples"]:
        if made(name).kind == "list" and isinstance(example, str):
            continue
        assert accepted(made(name), example) is not None
