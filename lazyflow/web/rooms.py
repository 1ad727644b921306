"""The rooms of one web node: two pages that show one conversation share one."""

from __future__ import annotations

from weakref import WeakValueDictionary

from lazyflow.runtime.contract import LiveApp
from lazyflow.store.conversation import Conversation
from lazyflow.store.conversations import Conversations
from lazyflow.web.ids import new_id
from lazyflow.web.news import MOVED, News
from lazyflow.web.room import Room
from lazyflow.web.titles import Titles


class Rooms:
    """Opens rooms. A room lives as long as a page shows it or a reply runs in it."""

    def __init__(self, live: LiveApp, web: str, kept: Conversations) -> None:
        self._live = live
        self._web = web
        self.kept = kept
        self.news = News()
        self._titles = Titles(live, web, kept, self.moved)
        self._open: WeakValueDictionary[tuple[str, str], Room] = WeakValueDictionary()

    async def enter(self, person: str, conversation: str) -> Room:
        """The room of this person's conversation; a fresh one where they have none with this id.

        Raises: `StoreUnavailable`.
        """
        room = self._open.get((person, conversation))
        if room is None:
            kept = await self.kept.load(person, conversation) if conversation else None
            # Another page may have opened it meanwhile.
            room = self._open.get((person, conversation))
        if room is None:
            shown = kept or Conversation(id=new_id(), person=person)
            room = Room(self._live, self._web, self.kept, shown, self._grown)
            self._open[(person, room.conversation.id)] = room
        return room

    def moved(self, person: str) -> None:
        """Tell every page of this person that the list of conversations is another one now."""
        self.news.tell(person, MOVED)

    def _grown(self, conversation: Conversation) -> None:
        self.moved(conversation.person)
        self._titles.begin(conversation)
