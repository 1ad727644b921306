from __future__ import annotations

from pathlib import Path

import pytest

from lazyflow.nodes.contract import Overrides
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import Control, LocalSpec, PromptSpec, WebSpec
from lazyflow.spec.sampling import SAMPLING_FIELDS, Sampling
from lazyflow.store.conversation import Setting, Settings
from lazyflow.web.settings import changed, overrides, settings_data

MODEL = LocalSpec(name="model", model="./m.gguf", system="Be kind.", sampling=Sampling(temperature=0.7, stop=("END",)))
PROMPT = PromptSpec(name="ask", model="model", template="{{ input }}", sampling=Sampling(top_k=5))


def app(*controls: Control) -> tuple[AppSpec, WebSpec]:
    web = WebSpec(name="web", target="ask", controls=controls)
    return AppSpec(name="app", nodes={"model": MODEL, "ask": PROMPT, "web": web}, folder=Path("/nowhere")), web


def control(node: str, param: str) -> Control:
    return Control(node=node, param=param)


@pytest.mark.parametrize(
    ("node", "param", "default"),
    [
        ("model", "temperature", 0.7),
        ("model", "system", "Be kind."),
        ("model", "stop", ["END"]),
        ("model", "top_k", None),
        ("ask", "top_k", 5),
        # A prompt node leaves to its model what it does not say itself.
        ("ask", "temperature", 0.7),
        ("ask", "system", "Be kind."),
        ("ask", "seed", None),
    ],
)
def test_a_widget_shows_what_the_app_says(node: str, param: str, default: object) -> None:
    (data,) = settings_data(*app(control(node, param)), {})
    assert data.get("app") == default
    assert "value" not in data


def test_a_widget_shows_what_the_person_set_beside_the_apps_value() -> None:
    (data,) = settings_data(*app(control("model", "stop")), {"model": {"stop": ("A", "B")}, "ask": {"top_k": 1}})
    assert (data["app"], data["value"]) == (["END"], ["A", "B"])


@pytest.mark.parametrize("node", ["model", "ask"])
def test_every_parameter_that_an_app_may_name_has_a_widget(node: str) -> None:
    shown = settings_data(*app(*(control(node, param) for param in ("system", *SAMPLING_FIELDS))), {})
    assert [data["kind"] for data in shown] == ["text", *["number"] * (len(SAMPLING_FIELDS) - 1), "list"]
    assert all(data["title"] and data["help"] for data in shown)


def test_what_was_set_goes_to_its_nodes_and_what_has_no_control_goes_nowhere() -> None:
    controls = (control("model", "temperature"), control("model", "system"), control("ask", "stop"))
    settings: Settings = {
        "model": {"temperature": 0.1, "system": "", "top_k": 3},
        "ask": {"stop": ("A",)},
        "gone": {"temperature": 1.0},
    }
    assert overrides(*app(*controls), settings) == {
        "model": Overrides(system="", sampling=Sampling(temperature=0.1)),
        "ask": Overrides(sampling=Sampling(stop=("A",))),
    }


@pytest.mark.parametrize("value", ["hot", 99.0, True, ("A",)])
def test_a_kept_value_that_the_schema_does_not_allow_is_not_used(value: Setting) -> None:
    given = app(control("model", "temperature"))
    assert overrides(*given, {"model": {"temperature": value}}) == {}
    assert "value" not in settings_data(*given, {"model": {"temperature": value}})[0]


def test_a_value_is_set_and_taken_back() -> None:
    temperature, top_k = control("model", "temperature"), control("model", "top_k")
    settings = changed(changed({}, temperature, 0.5), top_k, 4)
    assert settings == {"model": {"temperature": 0.5, "top_k": 4}}
    settings = changed(settings, temperature, None)
    assert settings == {"model": {"top_k": 4}}
    assert changed(settings, top_k, None) == {}
