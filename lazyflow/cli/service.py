"""A served app from its start to its end: sites, signals, what is printed, the exit code."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import webbrowser
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, TextIO

import click

from lazyflow.cli.logs import LogFormat, Logs
from lazyflow.cli.narrator import Narrator
from lazyflow.cli.signals import handled
from lazyflow.errors import LazyflowError, MissingExtra
from lazyflow.graph.load import Source
from lazyflow.graph.usable import usable_webs
from lazyflow.runtime.live import Live, open_live
from lazyflow.runtime.tasks import Tasks
from lazyflow.runtime.watch import watch
from lazyflow.server.access import PERSON
from lazyflow.server.front import DIRECT, Front
from lazyflow.server.origin import is_loopback
from lazyflow.server.ports import bind
from lazyflow.server.proxies import Network
from lazyflow.server.serving import Site, serve
from lazyflow.server.tracing.exporting import traced, traces_are_sent
from lazyflow.spec.nodes import WebSpec
from lazyflow.store.conversations import Conversations
from lazyflow.store.opening import open_conversations

if TYPE_CHECKING:
    from fastapi import FastAPI

FAILED = 1
INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the command line says beside the files. `grace` is how many seconds replies have to finish at the end."""

    host: str | None = None
    ports: tuple[tuple[int, int], ...] | None = None
    watch: bool = True
    poll: bool = False
    drain: float | None = None
    browse: bool = False
    insecure: bool = False
    proxy_headers: Sequence[Network] = ()
    root_path: str = ""
    log_format: LogFormat = "text"
    grace: float = 10.0

    def front(self, *, traces: bool) -> Front:
        """What stands before the sites."""
        return Front(insecure=self.insecure, proxies=self.proxy_headers, root_path=self.root_path, traces=traces)


class Service:
    """One run of an app. `out` takes the addresses, the log everything else."""

    def __init__(self, files: Sequence[Path], env_file: Path | None, wishes: Wishes, out: TextIO) -> None:
        self.source = Source(tuple(files), os.environ, env_file)
        self.wishes = wishes
        self.out = out
        self.logs = Logs(wishes.log_format)
        self.front = DIRECT
        self.stop = asyncio.Event()
        self.code = 0

    def run(self) -> int:
        """Serve until told to stop; the exit code.

        Raises: `LazyflowError` where the app cannot start.
        """
        self.logs.begin()
        return asyncio.run(self._run())

    async def _run(self) -> int:
        async with open_live(self.source, drain=self.wishes.drain) as live, AsyncExitStack() as stack:
            stack.enter_context(self.logs.hiding_secrets_of(live))
            traces = traces_are_sent(os.environ)
            self.front = self.wishes.front(traces=traces)
            if traces:
                stack.enter_context(traced(live, os.environ))
            webs = live.app.spec.webs
            if not webs:
                raise LazyflowError("this app has no web node to serve", "add one: web: { type: web, target: … }")
            listeners = self._listeners(webs)
            reloads = Tasks()
            stack.push_async_callback(reloads.cancel)

            def reload(_: int) -> None:
                reloads.start(live.reload(), "reload")

            with handled({"SIGINT": self._told_to_stop, "SIGTERM": self._told_to_stop, "SIGHUP": reload}):
                sites = []
                for name, web in webs.items():
                    kept = await stack.enter_async_context(open_conversations(web, live.app.spec))
                    sites.append(self._site(live, web, listeners[name], kept))
                stack.enter_context(Narrator(live, self.logs.lines).told())
                if self.wishes.watch:
                    await stack.enter_async_context(running(watch(live, poll=self.wishes.poll)))
                await stack.enter_async_context(running(self._give_up_where_nothing_works(live)))
                await serve(sites, on_ready=self._announce, until=lambda: self._until_stopped(live))
        return self.code

    def _listeners(self, webs: Mapping[str, WebSpec]) -> dict[str, socket]:
        """A port for each web node: the fewest to choose from come first, so that no range takes an only one."""
        if self.wishes.ports is not None and len(webs) > 1:
            raise click.UsageError("--port is for an app with one web node; write the ports into app.yaml")
        found = {}
        for web in sorted(webs.values(), key=lambda web: sum(last - first for first, last in web.ports)):
            host = self.wishes.host or web.host
            if web.auth is None and not is_loopback(host) and not self.wishes.insecure:
                raise LazyflowError(
                    f"node '{web.name}' would be open to everybody who reaches {host}",
                    "give the web node `auth`, keep the host 127.0.0.1, or type --insecure to do it all the same",
                )
            found[web.name] = bind(web.name, host, self.wishes.ports or web.ports)
        return found

    def _site(self, live: Live, web: WebSpec, listener: socket, kept: Conversations) -> Site:
        """A web node's app on its port."""
        try:
            from lazyflow.server.site import build_site  # noqa: PLC0415 - heavy
            from lazyflow.web.mount import mount_page  # noqa: PLC0415 - heavy

            def mount(page: FastAPI) -> None:
                mount_page(page, live, web.name, person=person_of, conversations=kept)

            app = build_site(live, web.name, mount, self.front)
        except ImportError as error:
            raise MissingExtra(error.name or "panel", "web") from error
        return Site(node=web.name, listener=listener, app=app, root_path=self.wishes.root_path)

    def _announce(self, site: Site) -> None:
        settle()
        print(site.url, file=self.out, flush=True)
        if self.wishes.browse:
            webbrowser.open(site.url)

    async def _give_up_where_nothing_works(self, live: Live) -> None:
        failed = await live.loaded()
        settle()
        states = live.app.status()
        broken = frozenset(name for name, status in states.items() if status.state == "failed")
        if failed and not usable_webs(live.app.graph, broken):
            self.code = FAILED
            self.stop.set()

    async def _until_stopped(self, live: Live) -> None:
        await self.stop.wait()
        if self.code != FAILED and not await live.wind_down(self.wishes.grace):
            self.logs.lines.write(f"replies that still run after {self.wishes.grace:g} s are cut off\n")

    def _told_to_stop(self, number: int) -> None:
        if self.stop.is_set():
            # The second time means now: models live in processes of their own, which end with this one.
            os._exit(INTERRUPTED)
        self.logs.lines.write("stopping: running replies may finish; Ctrl-C ends at once\n")
        self.code = INTERRUPTED if number == signal.SIGINT else 0
        self.stop.set()


def settle() -> None:
    """Leave what has been loaded by now out of all collections of garbage, and begin to collect.

    Modules stay as long as the process, and looking through them took 0.15 s each time, in which nobody was answered.
    """
    gc.freeze()
    gc.enable()


def person_of(headers: Mapping[str, str], _: Mapping[str, str]) -> str:
    """Who opened a page, as the gate has told it."""
    return {name.lower(): value for name, value in headers.items()}.get(PERSON.decode(), "")


@asynccontextmanager
async def running(work: Coroutine[None, None, None]) -> AsyncGenerator[None, None]:
    """Run a coroutine beside the block; it is cancelled at its end."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
