"""The references phase: everything that a value means beyond its type."""

from __future__ import annotations

from lazyflow.graph.reachability import reachability
from lazyflow.graph.references import calls, cycles, names_of, resolve
from lazyflow.graph.variables import check_variables
from lazyflow.spec.tree import Mapping
from lazyflow.spec.walk import Walk


def check_references(tree: Mapping, walk: Walk, *, use_environment: bool) -> None:
    """Add what is wrong to the walk's problems."""
    problems = walk.problems
    broken = {str(problem.path[1]) for problem in problems if problem.path[:1] == ("nodes",) and len(problem.path) > 1}
    names = names_of(tree)
    references = resolve(walk.marks, names, problems)
    broken |= {str(problem.path[1]) for problem in problems if problem.code in {"LF030", "LF031"}}
    cycles(calls(references, names), problems)
    reached = reachability(references, names, broken, problems)
    if use_environment:
        check_variables(tree, reached, problems)
