"""Which platforms can be asked: the names of key variables that are set, never what they hold."""

from __future__ import annotations

from collections.abc import Mapping

from lazyflow.cli.checkup.finding import Finding, Level, Section
from lazyflow.errors import LazyflowError
from lazyflow.nodes.online.target import targets
from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import OnlineSpec
from lazyflow.spec.platforms import PLATFORMS


def keys(app: AppSpec | None, environment: Mapping[str, str]) -> Section:
    """The variables that are set, and what each online node of the app would ask."""
    findings = [
        Finding(name, f"set ({platform.title})")
        for platform in PLATFORMS.values()
        for name in platform.key_variables
        if environment.get(name)
    ]
    if not findings:
        findings.append(Finding("keys", "no key variable of a platform is set"))
    nodes = app.nodes.values() if app else ()
    findings += [_node(node, environment) for node in nodes if isinstance(node, OnlineSpec)]
    return Section("online platforms", tuple(findings))


def _node(node: OnlineSpec, environment: Mapping[str, str]) -> Finding:
    try:
        places = targets(node, environment)
    except LazyflowError as error:
        level: Level = "hint" if node.fallback.nodes else "problem"
        return Finding(f"node {node.name}", error.message, level, error.help)
    return Finding(f"node {node.name}", ", ".join(f"{place.model} of {place.provider}" for place in places))
