"""How busy the models of an app are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from lazyflow.engine.contract import LoadedModel, ModelState
from lazyflow.errors import LazyflowError
from lazyflow.runtime.claim import Claim

PATIENCE = 1.0
"""Seconds that a model has to tell: one that hangs keeps nobody waiting."""


async def states(claims: Mapping[str, Claim]) -> Mapping[str, ModelState]:
    """The state of each model in memory, by the first node that holds it."""
    models: dict[int, tuple[str, LoadedModel]] = {}
    for node, claim in claims.items():
        model = claim.shared.model if claim.shared is not None else None
        if model is not None:
            models.setdefault(id(model), (node, model))
    found = await asyncio.gather(*(state(model) for _, model in models.values()))
    return {node: told for (node, _), told in zip(models.values(), found, strict=True) if told is not None}


async def state(model: LoadedModel) -> ModelState | None:
    """One model's state; None where it does not tell."""
    try:
        return await asyncio.wait_for(model.state(), PATIENCE)
    except (LazyflowError, asyncio.TimeoutError):
        return None
