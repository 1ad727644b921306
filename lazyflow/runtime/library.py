"""An app as a Python object: the same code path as the page, for programs."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AsyncExitStack, ExitStack, aclosing
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from lazyflow.errors import LazyflowError
from lazyflow.graph.load import Source, load
from lazyflow.messages import File, Message, Role
from lazyflow.nodes.events import Event, Failure, Text
from lazyflow.runtime.contract import Ask
from lazyflow.runtime.live import Live, open_live
from lazyflow.runtime.loop_thread import LoopThread

History = Iterable[Message | Mapping[str, str]]
SPOKEN = {role.value: role for role in (Role.SYSTEM, Role.USER, Role.ASSISTANT)}


class AnswerFailed(LazyflowError):
    """A node could not answer; `failure` says which and why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message, failure.help)
        self.failure = failure


class LoadedApp:
    """An app.yaml that was read and found valid.

    `async with app:` opens it in the running event loop: models load once and stay until the end. Plain `ask` opens it
    in a thread of its own, at the first call; `close` (or `with app:`) ends that.
    """

    def __init__(self, source: Source) -> None:
        load(source)
        self._source = source
        self._stack = AsyncExitStack()
        self._live: Live | None = None
        self._thread: LoopThread | None = None
        self._starting = threading.Lock()

    async def __aenter__(self) -> Self:
        """Open the app; its models go on loading in the background."""
        self._live = await self._stack.enter_async_context(open_live(self._source))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the app and free its models."""
        self._live = None
        await self._stack.aclose()

    def __enter__(self) -> Self:
        """The app; it opens with the first `ask`."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the app."""
        self.close()

    async def stream(
        self, message: str, *, history: History = (), node: str | None = None, files: Iterable[File] = ()
    ) -> AsyncGenerator[Event, None]:
        """The events of one answer as they come; a turn that fails ends with a `Failure`.

        `history` is the conversation before `message`: `Message`s, or mappings with `role` and `content`. `node`
        answers (default: the web node's target, else the one node that no other refers to).

        Raises: `LazyflowError` where the app is not open, or nobody is named and several could answer.
        """
        if self._live is None:
            raise LazyflowError("the app is not open", "write: async with app: ..., or use app.ask(...)")
        with self._live.lease() as app:
            entry = node or app.graph.entry
            if entry is None:
                raise LazyflowError("several nodes could answer", f"name one: {', '.join(app.spec.callables)}")
            ask = Ask(message=message, entry=entry, history=conversation(history), files=tuple(files))
            async with aclosing(app.stream(ask)) as events:
                async for event in events:
                    yield event

    def ask(self, message: str, *, history: History = (), node: str | None = None, files: Iterable[File] = ()) -> str:
        """The whole answer. Blocks: in a program with an event loop of its own use `stream`.

        Raises: `AnswerFailed` where no answer came, and what `stream` raises.
        """
        return self._opened().run(self._answer(message, conversation(history), node, tuple(files)))

    def close(self) -> None:
        """Free the models that `ask` has loaded. May be called more than once."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.run(self.__aexit__(None, None, None))
            thread.close()

    async def _answer(self, message: str, history: History, node: str | None, files: tuple[File, ...]) -> str:
        said = []
        async with aclosing(self.stream(message, history=history, node=node, files=files)) as events:
            async for event in events:
                match event:
                    case Text(text):
                        said.append(text)
                    case Failure():
                        raise AnswerFailed(event)
        return "".join(said)

    def _opened(self) -> LoopThread:
        """The app's own thread, in which it is open."""
        with self._starting:
            if self._thread is None:
                if self._live is not None:
                    raise LazyflowError("the app is open in an event loop", "use: async for event in app.stream(...)")
                with ExitStack() as stack:
                    thread = stack.enter_context(LoopThread())
                    thread.run(self.__aenter__())
                    stack.pop_all()
                self._thread = thread
            return self._thread


def load_app(path: str | os.PathLike[str], *over: str | os.PathLike[str]) -> LoadedApp:
    """Read and check an app.yaml, and those laid over it. Raises: `InvalidApp`, `Unreadable`."""
    return LoadedApp(Source(tuple(Path(one) for one in (path, *over)), os.environ))


def conversation(history: History) -> tuple[Message, ...]:
    """Messages as the nodes read them. Raises: `LazyflowError` for a role that is none."""
    return tuple(message if isinstance(message, Message) else _message(message) for message in history)


def _message(message: Mapping[str, str]) -> Message:
    try:
        return Message(SPOKEN[message["role"]], message["content"])
    except KeyError as error:
        roles = ", ".join(SPOKEN)
        raise LazyflowError(f"{dict(message)} is no message", f"it has `content` and a `role` of {roles}") from error
