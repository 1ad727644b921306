"""Imports go one way: errors → reports, spec → graph → models, engine → nodes → runtime → store → web, server → cli."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import lazyflow

ROOT = Path(lazyflow.__file__).parent
RANK = {
    "errors": 0,
    "messages": 0,
    "redaction": 0,
    "templates": 1,
    "reports": 1,
    "spec": 1,
    "graph": 2,
    "uploads": 3,
    "models": 3,
    "engine": 3,
    "nodes": 4,
    "runtime": 5,
    "store": 6,
    "web": 7,
    "server": 7,
    "cli": 8,
}
HEAVY = {"panel", "bokeh", "llama_cpp", "litellm", "numpy", "fastapi", "uvicorn", "huggingface_hub"}
MODULES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))


def imports(module: Path) -> list[tuple[str, bool]]:
    """Every module that `module` imports, and whether it does so while it is itself imported."""
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    inner = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) not in inner) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.module, id(node) not in inner))
    return found


def layer(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "lazyflow" and len(parts) > 1 and parts[1] in RANK else None


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_imports_only_what_stands_left_of_it(module: Path) -> None:
    own = module.parts[0].removesuffix(".py")
    if own not in RANK:
        return
    for name, _ in imports(module):
        other = layer(name)
        if other is not None and other != own:
            assert RANK[other] < RANK[own], f"{module} imports {name}"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_only_web_knows_panel(module: Path) -> None:
    if module.parts[0] != "web":
        assert not {name.split(".")[0] for name, _ in imports(module)} & {"panel", "bokeh", "param"}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_the_language_is_light(module: Path) -> None:
    if module.parts[0] in {"spec", "graph", "errors.py", "messages.py"}:
        assert not {name.split(".")[0] for name, _ in imports(module)} & HEAVY
