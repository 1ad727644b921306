"""The widget of a parameter, made from the parameter's place in the schema, and which values it takes."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

from lazyflow.store.conversation import Setting

Kind = Literal["number", "switch", "choice", "text", "list"]
LONGEST_TEXT = 100_000
MOST_ITEMS = 64
FINE = 0.01
WIDEST_SLIDER = 1000
"""Values between the ends of a slider: with more of them it could not be aimed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """What a person moves, ticks, picks or writes. Bounds are inclusive; `step` is 1 for whole numbers."""

    kind: Kind
    title: str
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float = FINE
    options: tuple[str, ...] = ()
    example: Setting | None = None

    @property
    def slides(self) -> bool:
        """Whether the number also has a slider."""
        low, high = self.minimum, self.maximum
        return low is not None and high is not None and high - low <= WIDEST_SLIDER * self.step


def widget(schema: dict[str, Any]) -> Widget:
    """The widget for a parameter's schema."""
    title, about = schema["title"], schema.get("description", "")
    example = next((one for one in schema.get("examples", ()) if not isinstance(one, list)), None)
    kinds = {one.get("type") for one in schema.get("anyOf", (schema,))}
    if "enum" in schema:
        return Widget(kind="choice", title=title, help=about, options=tuple(map(str, schema["enum"])))
    if "array" in kinds:
        return Widget(kind="list", title=title, help=about)
    if "boolean" in kinds:
        return Widget(kind="switch", title=title, help=about)
    if kinds & {"number", "integer"}:
        step = 1 if "integer" in kinds else FINE
        above = schema.get("exclusiveMinimum")
        return Widget(
            kind="number",
            title=title,
            help=about,
            minimum=schema.get("minimum") if above is None else above + step,
            maximum=schema.get("maximum"),
            step=step,
            example=example,
        )
    return Widget(kind="text", title=title, help=about)


def accepted(widget: Widget, value: object) -> Setting | None:
    """The value as it is kept; None where the widget takes no such value."""
    match widget.kind:
        case "switch":
            return value if isinstance(value, bool) else None
        case "choice":
            return value if isinstance(value, str) and value in widget.options else None
        case "text":
            return value if isinstance(value, str) and len(value) <= LONGEST_TEXT else None
        case "list":
            return texts(value)
        case "number":
            return number(widget, value)


def number(widget: Widget, value: object) -> int | float | None:
    """A number within the bounds; whole where the steps are."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    if widget.step == 1 and value != int(value):
        return None
    low, high = widget.minimum, widget.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        return None
    return int(value) if widget.step == 1 else float(value)


def texts(value: object) -> tuple[str, ...] | None:
    """A few texts, none of them empty."""
    if not isinstance(value, list | tuple) or not 0 < len(value) <= MOST_ITEMS:
        return None
    found = tuple(one for one in value if isinstance(one, str) and one and len(one) <= LONGEST_TEXT)
    return found if len(found) == len(value) else None
