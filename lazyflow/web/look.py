"""What a page shows beside the conversation: names, welcome, colours, how far models are, what is wrong."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from lazyflow.errors import Problem
from lazyflow.reports.excerpt import marked
from lazyflow.runtime.contract import LiveApp, NodeStatus, RunningApp, Trouble
from lazyflow.spec.nodes import WebSpec
from lazyflow.web.asking import askable

Json = dict[str, Any]
MOST_PROBLEMS = 20
"""More of them would bury the page, and hold up everybody's replies while they are told; the terminal has them all."""


def look(live: LiveApp, web: str) -> Json | None:
    """All of it as plain data; None where the app has no such web node any more."""
    app = live.app
    spec = app.spec.webs.get(web)
    if spec is None:
        return None
    return {
        "t": "look",
        "title": title(app, spec),
        "welcome": spec.welcome,
        "examples": list(spec.examples),
        "primary": spec.theme.primary or "",
        "mode": spec.theme.mode,
        "context": bool(spec.history),
        "models": list(askable(app, spec)),
        "controls": bool(spec.controls),
        "nodes": waiting({**app.status(), **live.coming}, {*app.graph.reachable(spec.target), *live.coming}),
        "trouble": trouble_data(live.trouble),
    }


def title(app: RunningApp, spec: WebSpec) -> str:
    """What the page is called."""
    return spec.title or app.spec.name


def waiting(statuses: Mapping[str, NodeStatus], behind: Container[str]) -> list[Json]:
    """Every node behind the page that is not ready, with how far it is or why it failed."""
    return [
        {
            "node": name,
            "state": status.state,
            "stage": status.stage,
            "fraction": round(status.fraction, 2),
            "message": status.message,
            "help": status.help,
        }
        for name, status in statuses.items()
        if name in behind and status.state != "ready"
    ]


def trouble_data(trouble: Trouble) -> Json | None:
    """The banner's content; None where all is well."""
    if not (trouble.problems or trouble.failures or trouble.restart):
        return None
    return {
        "problems": [problem_data(problem, trouble.texts) for problem in trouble.problems[:MOST_PROBLEMS]],
        "more": max(len(trouble.problems) - MOST_PROBLEMS, 0),
        "failures": list(trouble.failures),
        "restart": list(trouble.restart),
    }


def problem_data(problem: Problem, texts: Mapping[str, str]) -> Json:
    """One diagnostic: where, what, the line it stands on, what to do."""
    return {
        "severity": problem.severity.value,
        "code": problem.code,
        "place": f"{problem.file}:{problem.line}:{problem.column}",
        "message": problem.message,
        "help": problem.help,
        "excerpt": marked(problem, texts),
    }
