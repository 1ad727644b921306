"""Who is measured: the engine, llama.cpp's own server, and plain `Llama` behind a lock. All with one thread."""

from __future__ import annotations

import asyncio
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

from lazyflow.engine.contract import ChatRequest, Finished, LoadedModel, TextDelta
from lazyflow.messages import Message, Role
from lazyflow.spec.sampling import Sampling
from tests.engine.real import load
from tests.server.test_ports import free_port

NEW_TOKENS, CONTEXT = 32, 512
STORY = "Tell me a long story about the sea, its islands, its ships and the fish that swim in it. " * 2


@dataclass(frozen=True, slots=True)
class Measured:
    """One answer: seconds to its first text, its tokens and its text."""

    first: float
    tokens: int
    text: str = ""


class Contender(Protocol):
    async def answer(self, conversation: Sequence[str], tokens: int) -> Measured:
        """Answer greedily."""


@dataclass(frozen=True, slots=True)
class Engine:
    model: LoadedModel

    async def answer(self, conversation: Sequence[str], tokens: int) -> Measured:
        began, first, text = time.perf_counter(), 0.0, ""
        roles = (Role.USER, Role.ASSISTANT)
        messages = tuple(Message(roles[at % 2], said) for at, said in enumerate(conversation))
        request = ChatRequest(messages=messages, sampling=Sampling(temperature=0, max_tokens=tokens))
        async for output in self.model.chat(request):
            if isinstance(output, TextDelta):
                first = first or time.perf_counter() - began
                text += output.text
            elif isinstance(output, Finished):
                return Measured(first, output.completion_tokens, text)
        raise AssertionError


@dataclass(frozen=True, slots=True)
class Server:
    client: httpx.AsyncClient

    async def answer(self, conversation: Sequence[str], tokens: int) -> Measured:
        began, first, text, count = time.perf_counter(), 0.0, "", 0
        body: dict[str, Any] = {
            "messages": messages(conversation),
            "temperature": 0,
            "max_tokens": tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        async with self.client.stream("POST", "/v1/chat/completions", json=body) as response:
            async for line in response.aiter_lines():
                if not line.startswith("data: {"):
                    continue
                chunk = json.loads(line[6:])
                for choice in chunk["choices"]:
                    if said := choice["delta"].get("content"):
                        first = first or time.perf_counter() - began
                        text += said
                count = (chunk.get("usage") or {}).get("completion_tokens", count)
        return Measured(first, count, text)


@dataclass(frozen=True, slots=True)
class Locked:
    llama: Any
    lock: asyncio.Lock

    async def answer(self, conversation: Sequence[str], tokens: int) -> Measured:
        began = time.perf_counter()
        async with self.lock:
            return await asyncio.to_thread(self._answer, conversation, tokens, began)

    def _answer(self, conversation: Sequence[str], tokens: int, began: float) -> Measured:
        first, text, count = 0.0, "", 0
        for chunk in self.llama.create_chat_completion(
            messages(conversation), temperature=0, max_tokens=tokens, stream=True
        ):
            if said := chunk["choices"][0]["delta"].get("content"):
                first = first or time.perf_counter() - began
                text, count = text + said, count + 1
        return Measured(first, count, text)


def messages(conversation: Sequence[str]) -> list[dict[str, str]]:
    return [{"role": ("user", "assistant")[at % 2], "content": said} for at, said in enumerate(conversation)]


@asynccontextmanager
async def engine(path: Path, parallel: int, *, isolate: bool = True) -> AsyncGenerator[Engine, None]:
    model = await load(path, parallel=parallel, context=CONTEXT, threads=1, isolate=isolate)
    try:
        yield Engine(model)
    finally:
        await model.close()


@asynccontextmanager
async def server(path: Path, parallel: int) -> AsyncGenerator[Server, None]:
    """llama.cpp's server of the wheel xllamacpp, or the program that LAZYFLOW_LLAMA_SERVER names."""
    program = os.environ.get("LAZYFLOW_LLAMA_SERVER")
    running = of_wheel(path, parallel) if program is None else of_program(program, path, parallel)
    with running as address:
        async with httpx.AsyncClient(base_url=address, timeout=300) as client:
            yield Server(client)


@contextmanager
def of_wheel(path: Path, parallel: int) -> Iterator[str]:
    script = Path(__file__).with_name("llama_server.py")
    arguments = [sys.executable, str(script), str(path), str(parallel), str(CONTEXT), "1"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@contextmanager
def of_program(program: str, path: Path, parallel: int) -> Iterator[str]:
    port = free_port()
    numbers = {"--port": port, "--parallel": parallel, "--ctx-size": parallel * CONTEXT, "--batch-size": 512}
    numbers |= {"--ubatch-size": 512, "--threads": 1, "--threads-batch": 1}
    given = [word for name, number in numbers.items() for word in (name, str(number))]
    arguments = [program, "--model", str(path), *given, "--no-kv-unified", "--no-warmup"]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_up(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def wait_until_up(address: str, process: subprocess.Popen[bytes]) -> None:
    while True:
        assert process.poll() is None
        try:
            if httpx.get(address).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)


@asynccontextmanager
async def locked(path: Path) -> AsyncGenerator[Locked, None]:
    from llama_cpp import Llama  # noqa: PLC0415 - heavy

    llama = Llama(str(path), n_ctx=CONTEXT * 4, n_threads=1, n_threads_batch=1, verbose=False)
    try:
        yield Locked(llama, asyncio.Lock())
    finally:
        llama.close()


@dataclass(frozen=True, slots=True)
class Round:
    """Several answers at once: tokens a second together, and each one's seconds to its first text."""

    speed: float
    firsts: tuple[float, ...]

    @property
    def p95(self) -> float:
        return sorted(self.firsts)[math.ceil(0.95 * len(self.firsts)) - 1]


async def together(contender: Contender, label: str, count: int, tokens: int = NEW_TOKENS) -> Round:
    """`count` new conversations at once; `label` makes their first words new to every cache."""
    began = time.perf_counter()
    asked = [contender.answer([f"{label}{number}: {STORY}"], tokens) for number in range(count)]
    measured = await asyncio.gather(*asked)
    seconds = time.perf_counter() - began
    return Round(sum(one.tokens for one in measured) / seconds, tuple(one.first for one in measured))
