"""The callable that a python node names: found, imported, and fitted to what its signature asks for."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lazyflow.errors import LazyflowError
from lazyflow.nodes.modules import OWN, AppModules

OFFERED = ("history", "files")


class CallFailed(LazyflowError):
    """The `call` of a python node cannot be used."""


@dataclass(frozen=True, slots=True)
class Target:
    """A callable and what it is given beside the message: the names it takes of history and files, and fixed values."""

    function: Callable[..., Any]
    takes: frozenset[str]
    fixed: Mapping[str, Any]
    where: str

    def arguments(self, offered: Mapping[str, Any]) -> dict[str, Any]:
        """The keyword arguments of one call."""
        return {**{name: value for name, value in offered.items() if name in self.takes}, **self.fixed}


def load_target(node: str, call: str, fixed: Mapping[str, Any], modules: AppModules) -> Target:
    """Import what `call` names (`package.module:name` or `./file.py:name`), running its module's code.

    Raises: `CallFailed`, whatever the module does while it is imported.
    """
    place, _, name = call.rpartition(":")
    try:
        function: Any = modules.load(place) if place.endswith(".py") else importlib.import_module(place)
        for part in name.split("."):
            function = getattr(function, part)
    except (Exception, SystemExit) as error:
        raise CallFailed(f"node '{node}': cannot import '{call}': {told(error)}") from error
    if not callable(function):
        raise CallFailed(f"node '{node}': '{call}' is {type(function).__name__}, which cannot be called")
    return fit(node, call, function, fixed)


def fit(node: str, call: str, function: Callable[..., Any], fixed: Mapping[str, Any]) -> Target:
    """Check the signature against what will be passed."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # some builtins have none
        return Target(function, frozenset(), fixed, call)
    listed = list(parameters.values())
    named = [parameter for parameter in listed[1:] if parameter.kind is not inspect.Parameter.VAR_POSITIONAL]
    open_ended = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in named)
    names = {parameter.name for parameter in named if parameter.kind is not inspect.Parameter.VAR_KEYWORD}
    if not listed or listed[0].kind in {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}:
        raise CallFailed(f"node '{node}': '{call}' takes no message", "its first parameter is the message")
    unknown = [name for name in fixed if name not in names and not open_ended]
    if unknown:
        raise CallFailed(
            f"node '{node}': '{call}' has no parameter '{unknown[0]}'", f"remove it from `with`, or add it to {call}"
        )
    missing = [
        parameter.name
        for parameter in named
        if parameter.default is inspect.Parameter.empty
        and parameter.kind in {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
        and parameter.name not in {*OFFERED, *fixed}
    ]
    if missing:
        raise CallFailed(f"node '{node}': '{call}' needs '{missing[0]}'", f"write it under `with` of node '{node}'")
    return Target(function, frozenset(OFFERED if open_ended else names.intersection(OFFERED)), fixed, call)


def told(error: BaseException) -> str:
    """An exception of the author's code in one line, with the line of the author's file that raised it."""
    text = re.sub(OWN, "", str(error)).strip().splitlines()
    line = ""
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith((sys.prefix, sys.base_prefix, str(Path(__file__).parent.parent), "<")):
            line = f" ({Path(file).name}:{trace.tb_lineno})"
        trace = trace.tb_next
    return f"{type(error).__name__}{': ' + text[0] if text else ''}{line}"
