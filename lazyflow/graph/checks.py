"""The references phase: everything that a value means beyond its type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lazyflow.graph.access import check_hosts, check_ports
from lazyflow.graph.callables import check_callables
from lazyflow.graph.chat_templates import check_chat_templates
from lazyflow.graph.context import Context
from lazyflow.graph.parameters import check_controls, check_formats
from lazyflow.graph.reachability import reachability
from lazyflow.graph.references import calls, cycles, names_of, resolve
from lazyflow.graph.secrets import check_secrets
from lazyflow.graph.sources import check_sources
from lazyflow.graph.stores import check_stores
from lazyflow.graph.templates import check_templates
from lazyflow.graph.variables import check_variables
from lazyflow.spec.tree import Mapping as Map
from lazyflow.spec.walk import Walk


@dataclass(frozen=True, slots=True)
class Referred:
    """Files that the app refers to, and the chat templates of its local nodes."""

    files: tuple[Path, ...]
    chat_templates: Mapping[str, str]


def check_references(
    tree: Map,
    walk: Walk,
    folder: Path,
    environment: Mapping[str, str] | None,
    texts: Mapping[str, str],
    *,
    allow_open_host: bool = False,
) -> Referred:
    """Add what is wrong to the walk's problems. Without an `environment` no variable is missed."""
    problems = walk.problems
    names = names_of(tree)
    known = {problem.path for problem in problems}
    marks = tuple(mark for mark in walk.marks if mark.path not in known)
    references = resolve(marks, names, problems)
    broken = {str(problem.path[1]) for problem in problems if problem.path[:1] == ("nodes",) and len(problem.path) > 1}
    cycles(calls(references, names), problems)
    reached = reachability(references, names, broken, problems)
    context = Context(tree, marks, names, references, folder, environment, texts, problems)
    if environment is not None:
        check_variables(tree, reached, problems)
    if not allow_open_host:
        check_hosts(context)
    check_ports(context)
    check_secrets(context)
    check_stores(context)
    check_sources(context)
    check_controls(context, walk.schema)
    check_formats(context)
    check_templates(context)
    check_callables(context)
    chat_templates = check_chat_templates(context)
    return Referred(tuple(context.files), chat_templates)
