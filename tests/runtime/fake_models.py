"""A loader and a locator that are real objects: models that answer from memory, and a log of what was loaded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lazyflow.engine.contract import (
    ChatRequest,
    Finished,
    LoadedModel,
    LoadProgress,
    ModelGone,
    ModelInfo,
    ModelKey,
    ModelState,
    OnProgress,
    Output,
    TextDelta,
)
from lazyflow.errors import ModelNotFound, ModelUnusable


class EchoModel:
    """Answers `<file>: <last message>` word by word; `go` lets it go on, `die` ends its process.

    As the engine does, it starts an isolated one again: at the next request, or when `come_back` says so.
    """

    def __init__(self, key: ModelKey, on_progress: OnProgress) -> None:
        self.key = key
        self.on_progress = on_progress
        self.info = ModelInfo(
            path=key.path, description="echo", size=1, context=9, trained_context=9, parallel=4, layers=1, gpu_layers=0
        )
        self.requests: list[ChatRequest] = []
        self.running = 0
        self.closed = False
        self.dead = False
        self.ready = True
        self.roomy = True
        self.go = asyncio.Event()
        self.go.set()

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Output, None]:
        self.requests.append(request)
        self.running += 1
        try:
            for word in f"{self.key.path.stem}: {request.messages[-1].text}".split(" "):
                await asyncio.sleep(0)
                await self.go.wait()
                if self.dead or self.closed:
                    if self.key.isolate and not self.closed:
                        self.come_back()
                    raise ModelGone("the model's process ended")
                yield TextDelta(word + " ")
            yield Finished(
                reason="stop",
                prompt_tokens=1,
                cached_tokens=0,
                completion_tokens=2,
                time_to_first_token=0.0,
                seconds=0.0,
            )
        finally:
            self.running -= 1

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return [(float(len(text)), 1.0) for text in texts]

    async def tokenize(self, text: str) -> tuple[int, ...]:
        return tuple(map(ord, text))

    async def state(self) -> ModelState:
        return ModelState(self.running, 0, 4, 3 * self.running, 36)

    async def beside(self, keys: Sequence[ModelKey]) -> bool:
        if self.closed:
            raise ModelGone("the model was stopped")
        return self.roomy and bool(keys)

    def die(self) -> None:
        self.dead = True
        self.ready = False
        self.go.set()
        if self.key.isolate:
            self.on_progress(LoadProgress("starting", 0.0))

    def come_back(self) -> None:
        self.dead = False
        self.ready = True
        self.on_progress(LoadProgress("starting", 1.0))

    async def close(self) -> None:
        self.closed = True
        self.go.set()


class FakeLoader:
    """Loads `EchoModel`s; files whose name holds `bad` cannot be loaded, `gate` keeps loads waiting."""

    def __init__(self) -> None:
        self.loads: list[ModelKey] = []
        self.models: list[EchoModel] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, key: ModelKey, on_progress: OnProgress) -> LoadedModel:
        self.loads.append(key)
        on_progress(LoadProgress("reading", 0.5))
        await self.gate.wait()
        if "bad" in key.path.name:
            raise ModelUnusable(f"{key.path.name} is cut off")
        model = EchoModel(key, on_progress)
        self.models.append(model)
        return model

    @property
    def open(self) -> list[EchoModel]:
        return [model for model in self.models if not model.closed]


@dataclass(frozen=True)
class FakeFile:
    path: Path
    identity: tuple[tuple[int, int, int], ...]


class FakeLocator:
    """Knows every name but those that begin with `no`; `sizes` changes a file's identity."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        self.asked: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(
        self, name: str, *, folder: Path, revision: str, on_progress: Callable[[int, int], None]
    ) -> FakeFile:
        self.asked.append(name)
        if not self.gate.is_set():
            on_progress(1, 4)
            await self.gate.wait()
        if name.startswith("no"):
            raise ModelNotFound(f"no model '{name}' was found")
        return FakeFile(folder / revision / name, ((self.sizes.get(name, 1), 0, 0),))
