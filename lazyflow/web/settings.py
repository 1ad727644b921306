"""What a person may change of the app in a conversation: the controls of a web node, and the values in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lazyflow.nodes.contract import Overrides
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import CallableSpec, Control, LocalSpec, OnlineSpec, PromptSpec, WebSpec
from lazyflow.spec.sampling import Sampling
from lazyflow.spec.schema import load_schema
from lazyflow.store.conversation import Setting, Settings
from lazyflow.web.widgets import Widget, accepted, widget

Json = dict[str, Any]


def settings_data(app: AppSpec, web: WebSpec, settings: Settings) -> list[Json]:
    """The widgets of a page with the app's values and the person's own; what has no value is left out."""
    return [control_data(app, control, settings) for control in web.controls]


def control_data(app: AppSpec, control: Control, settings: Settings) -> Json:
    """One widget. `app` is what holds without the person, `value` is the person's own."""
    shown = widget_of(app, control)
    data: Json = {"node": control.node, "param": control.param, "kind": shown.kind, "title": shown.title}
    found = {
        "help": shown.help or None,
        "min": shown.minimum,
        "max": shown.maximum,
        "step": shown.step if shown.kind == "number" else None,
        "slides": shown.slides or None,
        "options": shown.options or None,
        "example": shown.example,
        "app": default(app, control),
        "value": own(app, control, settings),
    }
    return {**data, **{name: plain(value) for name, value in found.items() if value is not None}}


def widget_of(app: AppSpec, control: Control) -> Widget:
    """The widget of a control, by the schema of its node's type."""
    definitions = load_schema()["$defs"]
    place = definitions[app.callables[control.node].type] if control.param == "system" else definitions["sampling"]
    return widget(place["properties"][control.param])


def default(app: AppSpec, control: Control) -> Setting | None:
    """The app's own value; None where it leaves the choice to the engine or the platform."""
    node = app.callables[control.node]
    value = written(node, control.param)
    if value is None and isinstance(node, PromptSpec):
        return written(app.callables[node.model], control.param)
    return value


def written(node: CallableSpec, param: str) -> Setting | None:
    """What app.yaml says of a parameter of a node."""
    if not isinstance(node, LocalSpec | OnlineSpec | PromptSpec):
        return None
    value: Setting | None = node.system if param == "system" else getattr(node.sampling, param)
    return None if value == () else value


def own(app: AppSpec, control: Control, settings: Settings) -> Setting | None:
    """The person's value, if there is one and the control still takes it."""
    return accepted(widget_of(app, control), settings.get(control.node, {}).get(control.param))


def overrides(app: AppSpec, web: WebSpec, settings: Settings) -> Mapping[str, Overrides]:
    """What the person's values change of each node in the next turn."""
    by_node: dict[str, dict[str, Setting]] = {}
    for control in web.controls:
        value = own(app, control, settings)
        if value is not None:
            by_node.setdefault(control.node, {})[control.param] = value
    return {node: wishes(values) for node, values in by_node.items()}


def wishes(values: Mapping[str, Setting]) -> Overrides:
    """The values of one node."""
    sampling: dict[str, Any] = {name: value for name, value in values.items() if name != "system"}
    system = values.get("system")
    return Overrides(system=None if system is None else str(system), sampling=Sampling(**sampling))


def control_named(web: WebSpec, node: str, param: str) -> Control | None:
    """The control of a parameter, where the page has one."""
    return next((one for one in web.controls if (one.node, one.param) == (node, param)), None)


def changed(settings: Settings, control: Control, value: Setting | None) -> Settings:
    """The settings with another value of one control; None takes the person's value away."""
    node = {name: kept for name, kept in settings.get(control.node, {}).items() if name != control.param}
    if value is not None:
        node[control.param] = value
    others = {name: kept for name, kept in settings.items() if name != control.node}
    return {**others, control.node: node} if node else others


def told_value(control: Control, value: Setting | None) -> Json:
    """A person's value of a control as a page is told it."""
    return {"node": control.node, "param": control.param, "value": plain(value)}


def plain(value: object) -> object:
    """JSON's own lists."""
    return list(value) if isinstance(value, tuple) else value
