"""Python, lazyflow and the libraries that are installed, asked without importing them."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import lazyflow
from lazyflow.cli.checkup.finding import Finding, Level, Section
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import LocalSpec, OnlineSpec

LIBRARIES = {
    "local": ("llama-cpp-python", "huggingface_hub", "numpy"),
    "online": ("litellm",),
    "web": ("panel", "fastapi", "uvicorn", "bokeh-fastapi", "watchfiles"),
}
"""The libraries of each extra."""


def versions(app: AppSpec | None, look_up: Callable[[str], str] = version) -> Section:
    """A library that `app` needs and that is missing is a problem; without an app none is."""
    needed = extras(app)
    findings = [
        Finding("python", f"{platform.python_version()} ({platform.system()} {platform.machine()})"),
        Finding("lazyflow", lazyflow.__version__),
    ]
    findings += [
        _library(library, extra, look_up, "problem" if extra in needed else "hint")
        for extra, libraries in LIBRARIES.items()
        for library in libraries
    ]
    return Section("versions", tuple(findings))


def _library(name: str, extra: str, look_up: Callable[[str], str], missing: Level) -> Finding:
    try:
        return Finding(name, look_up(name))
    except PackageNotFoundError:
        return Finding(name, "not installed", missing, f"run: pip install 'lazyflow[{extra}]'")


def extras(app: AppSpec | None) -> frozenset[str]:
    """The extras that an app needs."""
    if app is None:
        return frozenset()
    nodes = app.nodes.values()
    kinds = {"local": any(isinstance(node, LocalSpec) for node in nodes), "web": bool(app.webs)}
    kinds["online"] = any(isinstance(node, OnlineSpec) for node in nodes)
    return frozenset(extra for extra, needed in kinds.items() if needed)
