"""A process that talks in a few conversations at once until it is killed: `python tests/store/talking.py FOLDER`.

It tells on stdout what it was promised: `typed CONVERSATION TEXT` once a message is answered, `stored CONVERSATION
ENTRY LENGTH` once a save is done, and `said CONVERSATION ENTRY LENGTH SECONDS` as a reply grows.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from lazyflow.messages import File
from lazyflow.nodes.events import Request, Text
from lazyflow.runtime.contract import Ask
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.conversations import Conversations
from lazyflow.web.ids import new_id
from lazyflow.web.room import Room
from tests.store.kept import opened
from tests.web.fake_live import Beat, FakeLive

PIECE = "word after word, "


def tell(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def script(ask: Ask) -> Sequence[Beat]:
    tell("typed", ask.conversation, ask.message)
    return [beat for _ in range(100) for beat in (Text(PIECE), 0.01)]


class Telling:
    """A store that tells when a save is done."""

    def __init__(self, kept: Conversations) -> None:
        self.kept = kept

    def save(
        self, conversation: Conversation, entry: Entry, requests: tuple[Request, ...] = ()
    ) -> asyncio.Future[None]:
        saving = self.kept.save(conversation, entry, requests)
        saving.add_done_callback(partial(self.saved, conversation.id, entry))
        return saving

    async def files(self, person: str, ids: Sequence[str]) -> Mapping[str, File]:
        return await self.kept.files(person, ids)

    def saved(self, conversation: str, entry: Entry, saving: asyncio.Future[None]) -> None:
        saving.result()
        tell("stored", conversation, entry.id, len(entry.text))


async def talk(room: Room) -> None:
    while True:
        path = room.conversation.path()
        room.say(f"message-{new_id()}", use_context=True, parent=path[-1].id if path else None)
        while room.busy:
            await asyncio.sleep(0.05)
            if room._draft is not None:
                reply = room._draft.entry()
                tell("said", room.conversation.id, reply.id, len(reply.text), time.monotonic())


async def main(folder: Path) -> None:
    async with opened(folder) as kept:
        telling: Conversations = Telling(kept)  # type: ignore[assignment] # a room saves, and does nothing else
        rooms = [Room(FakeLive(script=script), "web", telling, Conversation(id=new_id(), person="ann")) for _ in "1234"]
        tell("ready")
        await asyncio.gather(*(talk(room) for room in rooms))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
