"""The real model in tests: keys, requests and answers in few words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lazyflow.engine.contract import ChatRequest, Finished, LoadedModel, ModelKey, Output, TextDelta
from lazyflow.engine.open import open_model
from lazyflow.messages import Message, Role
from lazyflow.spec.sampling import Sampling

GREEDY = Sampling(temperature=0, max_tokens=12)


def key(path: Path, **fields: object) -> ModelKey:
    """A small context, in a thread."""
    found = path.stat() if path.exists() else None
    identity = ((found.st_size, found.st_mtime_ns, found.st_ino),) if found else ()
    small = ModelKey(path=path, identity=identity, context=512, parallel=4, isolate=False)
    return replace(small, **fields)  # type: ignore[arg-type]  # the caller's own names


def ask(*texts: str, sampling: Sampling = GREEDY, **fields: object) -> ChatRequest:
    """A conversation that the person begins."""
    roles = (Role.USER, Role.ASSISTANT)
    messages = tuple(Message(roles[at % 2], text) for at, text in enumerate(texts))
    return replace(ChatRequest(messages=messages, sampling=sampling), **fields)  # type: ignore[arg-type]  # same


async def answer(model: LoadedModel, request: ChatRequest) -> tuple[str, Finished]:
    """The whole answer and its end."""
    outputs: list[Output] = [output async for output in model.chat(request)]
    assert isinstance(outputs[-1], Finished)
    return "".join(output.text for output in outputs if isinstance(output, TextDelta)), outputs[-1]


async def load(path: Path, **fields: object) -> LoadedModel:
    """Load a model without looking at its progress."""
    return await open_model(key(path, **fields), lambda _: None)


async def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)
