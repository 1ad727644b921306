"""What a model's process says to its owner. JSON: it reads foreign files, and nothing it says may run as code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

from lazyflow.engine import contract, wire
from lazyflow.engine.contract import EngineError, ModelInfo
from lazyflow.engine.job import Batch, Beside, Embedded, Event, Failed, Tokenized
from lazyflow.errors import LazyflowError, MissingExtra, ModelUnusable

ERRORS: Mapping[str, Callable[[str, str], LazyflowError]] = {
    one.__name__: one
    for one in (
        contract.ContextOverflow,
        contract.EngineError,
        contract.InvalidRequest,
        contract.ModelGone,
        ModelUnusable,
    )
}


def frame(kind: str, *values: object) -> bytes:
    """What the worker says: `progress`, `loaded`, `unusable`, `events`, `log` or `alive`, each with its values."""
    return wire.frame(json.dumps([kind, *values]).encode())


def info_out(info: ModelInfo) -> dict[str, object]:
    """A model's description as JSON."""
    return asdict(info) | {"path": str(info.path)}


def info_in(values: Mapping[str, Any]) -> ModelInfo:
    """The description that `info_out` wrote."""
    return ModelInfo(**{**values, "path": Path(values["path"]), "devices": tuple(values["devices"])})


def error_out(error: LazyflowError) -> list[str]:
    """An error as JSON: its class (the nearest that is known here), message and remedy."""
    names = [one.__name__ for one in type(error).__mro__]
    known = next((name for name in names if name in ERRORS or name == MissingExtra.__name__), "")
    return [known, error.message, error.help]


def error_in(values: list[str]) -> LazyflowError:
    """The error that `error_out` wrote."""
    name, message, remedy = values
    if name == MissingExtra.__name__:
        return MissingExtra("llama-cpp-python", "local")
    return ERRORS.get(name, LazyflowError)(message, remedy)


def events_out(events: Batch) -> list[list[Any]]:
    """Events as JSON: the request's number, the event's class and its values."""
    return [[number, type(event).__name__, *_values(event)] for number, event in events]


def _values(event: Event) -> list[Any]:
    match event:
        case contract.TextDelta(text, ()):
            return [text]
        case Failed(contract.Busy() as error):
            return ["Busy", error.retry_after]
        case Failed(error):
            return error_out(error)
        case contract.Finished():
            return [asdict(event)]
        case _:
            return list(astuple(event))


def events_in(events: list[list[Any]]) -> Batch:
    """The events that `events_out` wrote."""
    return [(number, READERS[name](values)) for number, name, *values in events]


def _failed(values: list[Any]) -> Failed:
    if values[0] == "Busy":
        return Failed(contract.Busy(float(values[1])))
    error = error_in(values)
    return Failed(error if isinstance(error, EngineError) else EngineError(error.message, error.help))


def _text(values: list[Any]) -> contract.TextDelta:
    text, logprobs = (*values, ())[:2]
    return contract.TextDelta(text, tuple((token, logprob) for token, logprob in logprobs))


READERS: Mapping[str, Callable[[list[Any]], Event]] = {
    "TextDelta": _text,
    "ThinkingDelta": lambda values: contract.ThinkingDelta(*values),
    "Queued": lambda values: contract.Queued(*values),
    "Trimmed": lambda values: contract.Trimmed(*values),
    "Finished": lambda values: contract.Finished(**values[0]),
    "Failed": _failed,
    "Embedded": lambda values: Embedded(tuple(values[0])),
    "ModelState": lambda values: contract.ModelState(*values),
    "Beside": lambda values: Beside(*values),
    "Tokenized": lambda values: Tokenized(tuple(values[0])),
}
