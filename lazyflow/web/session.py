"""One open page: does what it asks for and keeps it up to date. Knows nothing of how messages travel."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from typing_extensions import assert_never

from lazyflow.errors import LazyflowError
from lazyflow.messages import Role
from lazyflow.runtime.contract import LiveApp
from lazyflow.web.attaching import attached, offer
from lazyflow.web.calls import calls_data, events_data
from lazyflow.web.look import look
from lazyflow.web.news import MOVED
from lazyflow.web.overview import overview
from lazyflow.web.parsing import parse
from lazyflow.web.requests import (
    Adjust,
    Asking,
    Changing,
    Choose,
    Controls,
    Delete,
    Edit,
    FromPage,
    GoOn,
    Inspect,
    Judge,
    List,
    New,
    Overview,
    Pin,
    Ready,
    Regenerate,
    Remove,
    Rename,
    Send,
    Shelved,
    Stop,
)
from lazyflow.web.room import Room
from lazyflow.web.rooms import Rooms
from lazyflow.web.settings import control_named, own, settings_data, told_value, widget_of
from lazyflow.web.shelf import Shelf
from lazyflow.web.widgets import accepted

ToPage = Callable[[dict[str, Any]], None]
log = logging.getLogger(__name__)


class Session:
    """A view over the app for one page. `send` delivers a message to the page and must not block."""

    def __init__(self, live: LiveApp, web: str, rooms: Rooms, person: str, send: ToPage) -> None:
        self._live = live
        self._web = web
        self._rooms = rooms
        self._person = person
        self._shelf = Shelf(rooms.kept, person)
        self._send = send
        self._room: Room | None = None
        self._leave: Callable[[], None] = nothing
        self._shown: dict[str, Any] | None = None
        self._offered: dict[str, Any] | None = None
        self._controls: list[dict[str, Any]] | None = None
        self._closed = False
        self._in_turn = asyncio.Lock()
        self._working: set[asyncio.Task[None]] = set()
        self._unsubscribe = live.subscribe(self.refresh)
        self._hear_no_more = rooms.news.join(person, send)

    def close(self) -> None:
        """The page is gone; what runs in its conversation goes on."""
        self._closed = True
        self._unsubscribe()
        self._hear_no_more()
        self._leave()

    def refresh(self) -> None:
        """Tell the page what has changed about the app, if anything it shows did."""
        shown = look(self._live, self._web)
        if shown is None or self._room is None:
            return
        if shown != self._shown:
            self._shown = shown
            self._send(shown)
        self._work(self._offer())
        if self._controls is not None and self._widgets(self._room) != self._controls:
            self._show_controls(self._room)

    def handle(self, data: object) -> None:
        """Do what the page asks for, one thing after the other; what is no request of our page is ignored."""
        request = parse(data)
        if request is not None:
            self._work(self._handle(request))

    def _work(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _offer(self) -> None:
        offered = await offer(self._live, self._web)
        if offered != self._offered:
            self._offered = offered
            self._send({"t": "upload", "takes": offered})

    async def _handle(self, request: FromPage) -> None:
        async with self._in_turn:
            try:
                await self._do(request)
            except LazyflowError as error:
                log.warning("%s", error)
                self._send({"t": "failed", "message": error.message, "help": error.help})
            except Exception:
                log.exception("a page's request broke off")

    async def _do(self, request: FromPage) -> None:
        match request:
            case Ready(conversation):
                await self._show(conversation)
            case New():
                self._send((await self._enter("")).snapshot())
            case List() | Rename() | Pin() | Delete():
                self._send(await self._shelf.do(request))
                self._spread(request)
            case Inspect(entry):
                await self._inspect(entry)
            case Overview(graph):
                self._send(await overview(self._live.app, self._web, graph=graph))
            case Controls():
                self._show_controls(await self._entered())
            case Remove() | Judge() | Adjust() | Choose():
                await self._change(await self._entered(), request)
            case _:
                await self._ask(await self._entered(), request)

    def _spread(self, request: Shelved) -> None:
        """Tell the person's other pages what was done to the list."""
        if isinstance(request, List):
            return
        self._rooms.news.tell(self._person, MOVED, but=self._send)
        if isinstance(request, Delete) and not request.undo:
            gone = {"t": "gone", "c": request.conversation}
            self._rooms.news.tell(self._person, gone, but=self._send)

    async def _ask(self, room: Room, request: Asking) -> None:
        match request:
            case Send() | Edit():
                await self._say(room, request)
            case Regenerate(entry, node):
                room.answer_again(entry, node)
            case GoOn(entry):
                await room.go_on(entry)
            case Stop():
                room.stop()
            case _:
                assert_never(request)

    async def _say(self, room: Room, request: Send | Edit) -> None:
        refused: dict[str, Any] = {"t": "refused", "s": request.text, "files": list(request.files)}
        try:
            files = await attached(self._rooms.kept, self._person, self._live, self._web, request.files)
        except LazyflowError as error:
            self._send({**refused, "message": error.message, "help": error.help})
            return
        shown = room.conversation.path()
        parent = shown[-1].id if shown else None
        if isinstance(request, Edit):
            old = room.conversation.entries.get(request.entry)
            if old is None or old.role is not Role.USER:
                return
            parent = old.parent
        if not room.say(request.text, use_context=request.use_context, parent=parent, files=files):
            self._send(refused)

    async def _change(self, room: Room, request: Changing) -> None:
        match request:
            case Remove(entry, undo):
                await (room.bring_back if undo else room.remove)(entry)
            case Judge(entry, feedback):
                room.judge(entry, feedback)
            case Adjust():
                self._adjust(room, request)
            case Choose(entry):
                room.choose(entry)
            case _:
                assert_never(request)

    def _widgets(self, room: Room) -> list[dict[str, Any]]:
        app = self._live.app.spec
        web = app.webs.get(self._web)
        return settings_data(app, web, room.conversation.settings) if web is not None else []

    def _show_controls(self, room: Room) -> None:
        self._controls = self._widgets(room)
        self._send({"t": "controls", "c": room.conversation.id, "items": self._controls})

    def _adjust(self, room: Room, asked: Adjust) -> None:
        app = self._live.app.spec
        web = app.webs.get(self._web)
        control = control_named(web, asked.node, asked.param) if web is not None else None
        if control is None:
            return
        value = accepted(widget_of(app, control), asked.value)
        if value is None and asked.value is not None:
            # The page bounds its widgets; what is out of bounds all the same is not taken, and the page told so.
            self._send({"t": "set", **told_value(control, own(app, control, room.conversation.settings))})
            return
        room.adjust(control, value)

    async def _show(self, conversation: str) -> None:
        room = await self._enter(conversation)
        self._shown = self._offered = None
        self.refresh()
        self._send(room.snapshot())

    async def _inspect(self, entry: str) -> None:
        if self._room is None or entry not in self._room.shown.entries:
            return
        requests, reply = await self._room.told(entry)
        told = {"calls": calls_data(requests, reply.usages), "events": events_data(reply)}
        self._send({"t": "calls", "id": entry, **told})

    async def _entered(self) -> Room:
        return self._room or await self._enter("")

    async def _enter(self, conversation: str) -> Room:
        room = await self._rooms.enter(self._person, conversation)
        self._leave()
        self._room = room
        # A page that closed while its conversation was read hears no more.
        self._leave = nothing if self._closed else room.join(self._send)
        return room


def nothing() -> None:
    """Leave no room."""
