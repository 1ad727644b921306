"""An online model as a node: retries before the first token, a limit on silence, events, and failures in words."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from time import perf_counter
from typing import Any

from lazyflow.errors import LazyflowError
from lazyflow.nodes.contract import Embeddings, NodeFailed, Takes, Turn
from lazyflow.nodes.events import Event, Failure, Notice, Request, Text, Thinking, ToolCallDelta, Usage
from lazyflow.nodes.online.adapter import Call, Done, abilities, embed, library, stream
from lazyflow.nodes.online.endpoints import Endpoints
from lazyflow.nodes.online.failures import failure
from lazyflow.nodes.online.mishap import Broken, Mishap
from lazyflow.nodes.online.patience import Patience
from lazyflow.nodes.online.reading import Reading
from lazyflow.nodes.online.request import Abilities, Asked, ask
from lazyflow.nodes.online.silence import Silent, watched
from lazyflow.nodes.online.target import Target, targets
from lazyflow.redaction import Redaction, redaction, secrets_in
from lazyflow.spec.nodes import OnlineSpec

WORTH_A_NOTICE = 1.0  # seconds of waiting


class OnlineNode:
    """Answers with a model behind a provider's API. Keys that `spec` does not name come from `environment`."""

    def __init__(self, spec: OnlineSpec, environment: Mapping[str, str]) -> None:
        self.name = spec.name
        self._spec = spec
        self._environment = environment
        self._patience = Patience(spec.retries, spec.timeout)
        self._endpoints: Endpoints | None = None
        self._abilities: dict[str, Abilities] = {}
        self._redact = Redaction()
        self._told: set[tuple[str, ...]] = set()

    async def open(self) -> None:
        """Import the library and look for the key, so that the first turn need not. Raises: `LazyflowError`."""
        await self._places()

    async def _places(self) -> Endpoints:
        if self._endpoints is None:
            found = targets(self._spec, self._environment)
            keys = [value for name, value in self._environment.items() if name.endswith("_API_KEY")]
            self._redact = redaction([*(one.api_key for one in found), *keys, *secrets_in(self._spec.options)])
            self._endpoints = Endpoints(await library(), found)
        return self._endpoints

    async def takes(self) -> Takes:
        """See `TakesMore`: what is not known to be refused may be sent; without a key nothing is known."""
        try:
            known = [await self._known(target) for target in (await self._places()).targets]
        except LazyflowError:
            return Takes(tools=True, images=True)
        return Takes(
            tools=any(one.dialect == "openai" or "tools" in one.parameters for one in known),
            images=any(one.images is not False for one in known),
        )

    async def stream(self, turn: Turn) -> AsyncGenerator[Event, None]:
        """Answer. Raises: `NodeFailed`, which never holds a key, nor leads to an exception that does."""
        try:
            endpoints = await self._places()
        except LazyflowError as error:
            raise NodeFailed(Failure(turn.path, error.message, error.help, "load_failed")) from None
        began, said, failed = perf_counter(), False, 0
        tried: set[Target] = set()
        while True:
            target = await endpoints.pick(tried)
            tried.add(target)
            mishap: Mishap | None = None
            try:
                async with aclosing(self._attempt(turn, target, began)) as events:
                    async for event in events:
                        said = said or isinstance(event, Text | Thinking | ToolCallDelta)
                        yield event
            except Broken as error:
                mishap = error.mishap
            if mishap is None:
                return
            endpoints.rest(target, mishap)
            wait: float | None = None
            if not said and endpoints.another(tried, mishap):
                wait = 0.0
            elif not said:
                failed += 1
                wait = self._patience.wait(mishap, failed, random.random())  # noqa: S311 - spreads retries, keeps no secret
            known = await self._known(target)
            told = failure(mishap, self.name, target, turn.path, timeout=self._spec.timeout, context=known.context)
            if wait is None:
                raise NodeFailed(told)
            if wait >= WORTH_A_NOTICE:
                yield Notice("queued", f"{told.message}; trying again in {wait:.0f} s")
            await asyncio.sleep(wait)

    async def embed(self, texts: Sequence[str], dimensions: int | None = None) -> Embeddings:
        """See `Embeds`. Raises: `NodeFailed`, which never holds a key, nor leads to an exception that does."""
        try:
            endpoints = await self._places()
        except LazyflowError as error:
            raise NodeFailed(Failure((self.name,), error.message, error.help, "load_failed")) from None
        target = await endpoints.pick(frozenset())
        timeout = self._spec.timeout
        try:
            found = await embed(target, texts, timeout=timeout, redact=self._redact, dimensions=dimensions)
        except Broken as error:
            told = failure(error.mishap, self.name, target, (self.name,), timeout=timeout, context=None)
            endpoints.rest(target, error.mishap)
        else:
            return Embeddings(found.embeddings, found.tokens)
        raise NodeFailed(told)

    async def _attempt(self, turn: Turn, target: Target, began: float) -> AsyncGenerator[Event, None]:
        """One request. Raises: `Broken`."""
        known = await self._known(target)
        asked = ask(self._spec, turn, target, known)
        yield self._told_of(asked, target, turn)
        if asked.left_out and asked.left_out not in self._told:
            self._told.add(asked.left_out)
            what = ", ".join(asked.left_out)
            yield Notice("degraded", f"{self.name}: {target.provider} does not take {what}; left out")
        call = Call(
            target=target,
            asked=asked,
            timeout=self._spec.timeout,
            redact=self._redact,
            supported=known.parameters,
            options=self._spec.options,
        )
        silent: Silent | None = None
        try:
            async with aclosing(self._read(call, turn, began)) as events:
                async for event in events:
                    yield event
        except Silent as error:
            silent = error
        if silent is not None:
            raise Broken(Mishap(kind="stalled" if silent.answering else "silent"))

    async def _known(self, target: Target) -> Abilities:
        if target.model not in self._abilities:
            self._abilities[target.model] = await asyncio.to_thread(abilities, await library(), target)
        return self._abilities[target.model]

    def _told_of(self, asked: Asked, target: Target, turn: Turn) -> Request:
        parameters: dict[str, Any] = {**asked.parameters, **asked.body, **self._spec.options}
        shown = tuple((name, self._redact(str(value))) for name, value in parameters.items())
        return Request(turn.path, asked.shown, (("model", target.model), *shown))

    async def _read(self, call: Call, turn: Turn, began: float) -> AsyncGenerator[Event, None]:
        """The answer's events. Raises: `Broken`, `Silent`."""
        reading = Reading(call, self.name, turn.begun)
        first: float | None = None
        async with aclosing(watched(stream(call), call.timeout)) as pieces:
            async for piece in pieces:
                first = perf_counter() if first is None else first
                for event in reading.end() if isinstance(piece, Done) else reading.feed(piece):
                    yield event
                if isinstance(piece, Done):
                    yield self._usage(piece, call.target, turn, began, first)

    def _usage(self, done: Done, target: Target, turn: Turn, began: float, first: float) -> Usage:
        return Usage(
            turn.path,
            target.model,
            prompt_tokens=done.prompt_tokens,
            completion_tokens=done.completion_tokens,
            cached_tokens=done.cached_tokens,
            time_to_first_token=first - began,
            seconds=perf_counter() - began,
            cost=done.cost,
            finish_reason=done.finish_reason,
        )
