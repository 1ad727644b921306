"""The current generation of an app, and how it is swapped: all or nothing, one reload at a time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from dataclasses import replace

from lazyflow.engine.contract import Loader
from lazyflow.engine.open import open_model
from lazyflow.errors import InvalidApp, LazyflowError
from lazyflow.graph.content import Hashes
from lazyflow.graph.graph import Graph
from lazyflow.graph.load import Source
from lazyflow.models.locate import locate
from lazyflow.runtime.claim import Claim, Locate
from lazyflow.runtime.claiming import claim_models, keys, locate_models, on_the_way, release, wants
from lazyflow.runtime.contract import NodeStatus, Observer, Reloaded, RunningApp, Stopping, Trouble
from lazyflow.runtime.generation import Generation
from lazyflow.runtime.memory import fits
from lazyflow.runtime.observers import Observers
from lazyflow.runtime.opening import Refused, failure_in, open_app, warm_up
from lazyflow.runtime.plan import Plan, Snapshot, plan
from lazyflow.runtime.pool import Pool
from lazyflow.runtime.reading import Reading, read_app
from lazyflow.runtime.swap import Room, models_swapped
from lazyflow.runtime.tasks import Tasks
from lazyflow.runtime.watch import watch
from lazyflow.spec.nodes import LocalSpec, WebSpec

log = logging.getLogger(__name__)

# Seconds that a running reply may hold an old generation, or a model that must make room.
DRAIN = 600.0


class Live:
    """Implements `LiveApp` over the files of `source`; make one with `open_live`.

    `drain` is how many seconds a running reply may hold an old generation, or a model that must make room.
    """

    def __init__(
        self,
        source: Source,
        *,
        load: Loader,
        locate: Locate,
        drain: float,
        room: Room = fits,
    ) -> None:
        self.source = source
        self.reading: Reading
        self.served: Mapping[str, WebSpec]
        self.stopping = False
        self._trouble = Trouble()
        self._current: Generation
        self._coming: Mapping[str, Claim] = {}
        self._leaving: tuple[Generation, ...] = ()
        self._locate = locate
        self._drain = drain
        self._room = room
        self._pool = Pool(load, self._tell)
        self._aside = Tasks()
        self._listeners: list[Callable[[], None]] = []
        self._observers = Observers()
        self._reloading = asyncio.Lock()

    @property
    def app(self) -> RunningApp:
        """The current generation."""
        return self._current.app

    @property
    def generation(self) -> int:
        """Counts from 1."""
        return self._current.number

    @property
    def trouble(self) -> Trouble:
        """What every open page should show now, models that failed to load or come back included."""
        failed = [
            f"node '{name}': {status.message}"
            for name, status in self._current.app.status().items()
            if status.state == "failed"
        ]
        return replace(self._trouble, failures=(*self._trouble.failures, *failed))

    @property
    def coming(self) -> Mapping[str, NodeStatus]:
        """See `LiveApp`."""
        return on_the_way(self._coming, self._current.app.claims)

    @property
    def seen(self) -> Hashes:
        """Every file that matters, whether it exists or not, with its content as it was last read."""
        return {**self._current.seen, **self.reading.seen}

    def lease(self) -> AbstractContextManager[RunningApp]:
        """See `LiveApp`. Raises: `Stopping`."""
        if self.stopping:
            raise Stopping
        return self._current.lease()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` on the event loop after each change of generation, trouble or status; returns its end."""
        self._listeners.append(listener)

        def end() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return end

    def observe(self, observer: Observer) -> Callable[[], None]:
        """See `LiveApp`."""
        return self._observers.add(observer)

    async def start(self) -> None:
        """Open the first generation; its models load in the background.

        Raises: `InvalidApp`, `Unreadable`, and `Refused` for a node that cannot be opened.
        """
        reading = await asyncio.to_thread(read_app, self.source)
        graph = reading.checked.graph
        if graph is None:
            raise InvalidApp(reading.checked.problems)
        claims = claim_models(graph, {}, self._claim(graph))
        for claim in claims.values():
            claim.start()
        try:
            app = await open_app(reading, graph, claims, {}, self._observers)
        except BaseException:
            await release(claims)
            raise
        self.reading = reading
        self.served = graph.app.webs
        self._current = Generation(1, app, reading)
        self._aside.start(warm_up(app), "warm up")

    async def close(self) -> None:
        """End every generation and free every model; running replies are cut off."""
        async with self._reloading:
            await self._aside.cancel()
            await self._current.app.close()
            await self._pool.close()

    async def wind_down(self, limit: float) -> bool:
        """Begin no new turn, and wait `limit` seconds at the most until none runs; whether none does."""
        self.stopping = True
        self._tell()
        free = (generation.free() for generation in (self._current, *self._leaving))
        try:
            await asyncio.wait_for(asyncio.gather(*free), limit)
        except asyncio.TimeoutError:
            return False
        return True

    @asynccontextmanager
    async def watched(self, *, poll: bool = False) -> AsyncGenerator[None, None]:
        """In the context a saved file is a reload; see `watch`."""
        watching = asyncio.create_task(watch(self, poll=poll), name="watch")
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait([watching])

    async def loaded(self) -> tuple[str, ...]:
        """Wait until every model of the current generation is in memory or has failed; what failed, in words."""
        found = [await failure_in(name, claim.settled()) for name, claim in self._current.app.claims.items()]
        return tuple(failure for failure in found if failure is not None)

    async def reload(self, *, again: bool = True) -> Reloaded:
        """Read the files again now, and swap if they are good; `again`: models that failed to load are tried anew."""
        async with self._reloading:
            began = time.monotonic()
            if again:
                self._pool.try_again()
            try:
                todo = await self._reload()
            except Refused as refused:
                done = self._refused(refused.trouble)
            except LazyflowError as error:
                done = self._refused(Trouble(failures=(str(error),)))
            except Exception:
                log.exception("reload")
                done = self._refused(Trouble(failures=("the reload broke off unexpectedly: the log has the details",)))
            else:
                self._trouble = Trouble(restart=todo.restart)
                done = Reloaded(generation=self.generation, changed=not todo.nothing, trouble=self._trouble)
                done = replace(done, kept=todo.keep, updated=todo.update, opened=todo.open, closed=todo.close)
            finally:
                self._coming = {}
            done = replace(done, seconds=time.monotonic() - began)
            report(done)
            self._observers.reloaded(done)
            self._tell()
            return done

    async def outdated(self) -> bool:
        """Whether the files want no more than the models that answer now, while a reload fetches or loads others."""
        held = {claim.wanted for claim in self._current.app.claims.values()}
        waited_for = {self._coming[name].wanted for name in self.coming}
        try:
            graph = (await asyncio.to_thread(read_app, self.source)).checked.graph if waited_for else None
        except LazyflowError:
            return False
        return graph is not None and wants(graph) <= held and not waited_for <= wants(graph)

    async def _reload(self) -> Plan:
        self.reading = reading = await asyncio.to_thread(read_app, self.source)
        graph = reading.checked.graph
        if graph is None:
            raise Refused(Trouble(problems=reading.checked.problems, texts=reading.checked.texts))
        old = self._current
        claims = self._coming = claim_models(graph, old.app.claims, self._claim(graph))
        try:
            await locate_models(claims, old.app.claims)
            self._pool.forget([claim.key for claim in claims.values() if claim.key is not None])
            todo = plan(
                old.snapshot(), Snapshot(graph=graph, keys=keys(claims), contents=reading.contents), self.served
            )
            if todo.nothing:
                await release(claims)
                return todo
        except BaseException:
            await release(claims)
            raise
        swapped = models_swapped(todo, old.app.claims, claims, self._pool, room=self._room, drain=self._drain)
        async with swapped:
            app = await open_app(reading, graph, claims, old.app.reusable(todo.keep), self._observers)
        self._leaving = tuple(generation for generation in (*self._leaving, old) if generation.leased)
        self._current = Generation(old.number + 1, app, reading)
        self._aside.start(warm_up(app), "warm up")
        self._aside.start(old.retire(self._drain), f"close generation {old.number}")
        return todo

    def _claim(self, graph: Graph) -> Callable[[LocalSpec], Claim]:
        return lambda spec: Claim(spec, graph.app.folder, self._locate, self._pool, self._tell)

    def _refused(self, trouble: Trouble) -> Reloaded:
        self._trouble = replace(trouble, restart=self._trouble.restart)
        return Reloaded(generation=self.generation, changed=False, trouble=self._trouble)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            asyncio.get_running_loop().call_soon(listener)


def report(done: Reloaded) -> None:
    """One line a reload in the log."""
    trouble = done.trouble
    if done.outcome == "refused":
        count = len(trouble.problems) + len(trouble.failures)
        log.warning(
            "reload refused after %.3f s: %d problems; generation %d goes on", done.seconds, count, done.generation
        )
    elif done.changed:
        lists = [" ".join(names) or "-" for names in (done.kept, done.updated, done.opened, done.closed)]
        log.info(
            "generation %d: kept %s; updated %s; opened %s; closed %s; %.3f s", done.generation, *lists, done.seconds
        )
    else:
        log.info("generation %d: nothing changed; %.3f s", done.generation, done.seconds)
    if trouble.restart:
        log.warning("restart needed for %s", ", ".join(trouble.restart))


@asynccontextmanager
async def open_live(source: Source, *, drain: float | None = None) -> AsyncGenerator[Live, None]:
    """The app of `source`, running on llama.cpp and the platforms until the context ends. Raises: as `Live.start`."""
    live = Live(source, load=open_model, locate=locate, drain=DRAIN if drain is None else drain)
    await live.start()
    try:
        yield live
    finally:
        await live.close()
