"""Whether a node can go on with an answer that broke off, or can only answer anew."""

from __future__ import annotations

from typing_extensions import assert_never

from lazyflow.spec.app import AppSpec
from lazyflow.spec.nodes import LocalSpec, OnlineSpec, ParallelSpec, PipelineSpec, PromptSpec, PythonSpec, RouterSpec


def goes_on(app: AppSpec, node: str) -> bool:
    """True where whoever writes the answer of `node` is a model whose answer has no form to keep.

    A pipeline runs its earlier steps again, and its last one goes on.
    """
    spec = app.callables[node]
    match spec:
        case LocalSpec() | OnlineSpec():
            return spec.format == "text" and all(goes_on(app, other) for other in spec.fallback.nodes)
        case PromptSpec():
            return goes_on(app, spec.model)
        case PipelineSpec():
            return goes_on(app, spec.steps[-1])
        case RouterSpec():
            targets = [route.to for route in spec.routes] + ([spec.default] if spec.default is not None else [])
            return all(goes_on(app, target) for target in targets)
        case ParallelSpec() | PythonSpec():
            return False
        case _:
            assert_never(spec)
