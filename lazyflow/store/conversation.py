"""A conversation as a tree of messages: an edited message or a second answer is a new branch, and nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from lazyflow.messages import File, History, Message, Role
from lazyflow.nodes.events import Failure, NodePath, Usage
from lazyflow.store.files import Attachment

Setting = bool | int | float | str | tuple[str, ...]
Settings = Mapping[str, Mapping[str, Setting]]
"""What a person set in a conversation: node → parameter → value."""
ReplyState = Literal["running", "done", "stopped", "failed", "interrupted"]
"""«interrupted»: the process ended while the reply was running."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """One node's part in an answer; `output` is what it said that was not part of the answer itself."""

    path: NodePath
    state: Literal["running", "ended", "failed"]
    output: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What a person thinks of a reply."""

    good: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message with all that is known of how it came about. `parent` is the message before it, None at the start.

    `node` is who was asked for a reply; empty means the page's own target.
    """

    id: str
    parent: str | None
    role: Role
    text: str = ""
    files: tuple[Attachment, ...] = ()
    state: ReplyState = "done"
    node: str = ""
    use_context: bool = True
    thinking: str = ""
    thinking_seconds: float | None = None
    steps: tuple[StepTaken, ...] = ()
    notices: tuple[str, ...] = ()
    usages: tuple[Usage, ...] = ()
    failure: Failure | None = None
    feedback: Feedback | None = None

    @property
    def gist(self) -> str:
        """What a title is made of: its words, or the names of its files where there are none."""
        return self.text if self.text.strip() else ", ".join(one.name for one in self.files)

    @property
    def barren(self) -> bool:
        """Whether this is a reply that ended before it said anything."""
        return self.role is Role.ASSISTANT and self.state in {"failed", "stopped", "interrupted"} and not self.text

    @property
    def broken_off(self) -> bool:
        """Whether this is a reply that ended before its end, and can be gone on with."""
        cut = self.state == "done" and bool(self.usages) and self.usages[-1].finish_reason == "length"
        return self.role is Role.ASSISTANT and (cut or self.state in {"stopped", "interrupted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A person's conversation. `chosen` names, for a message, the branch that continues it."""

    id: str
    person: str = ""
    entries: Mapping[str, Entry] = field(default_factory=dict)
    chosen: Mapping[str | None, str] = field(default_factory=dict)
    settings: Settings = field(default_factory=dict)

    def with_entry(self, entry: Entry) -> Conversation:
        """The conversation with `entry` added or put in place of an older state of it, and shown."""
        return replace(self, entries={**self.entries, entry.id: entry}, chosen={**self.chosen, entry.parent: entry.id})

    def path(self) -> tuple[Entry, ...]:
        """The branch that is shown, from its first message to its last."""
        shown: list[Entry] = []
        following = self.chosen.get(None)
        while following is not None:
            shown.append(self.entries[following])
            following = self.chosen.get(following)
        return tuple(shown)

    def hidden_way(self, entry: str) -> tuple[Entry, ...]:
        """The messages that have to be shown in place of others for `entry` to be shown, from the first on."""
        way: list[Entry] = []
        at: str | None = entry
        while at is not None:
            way.append(self.entries[at])
            at = way[-1].parent
        return tuple(one for one in reversed(way) if self.chosen.get(one.parent) != one.id)

    def interrupted(self) -> Conversation:
        """The conversation as it stands when nobody finishes the replies that were running."""
        return replace(
            self,
            entries={
                id: replace(entry, state="interrupted") if entry.state == "running" else entry
                for id, entry in self.entries.items()  # noqa: A001 - an entry's own word
            },
        )

    def branches(self, entry: Entry) -> tuple[str, ...]:
        """The ids of `entry` and of all that stand in its place in other branches, oldest first."""
        return tuple(
            other.id
            for other in self.entries.values()
            if other.parent == entry.parent and (other.id == entry.id or not other.barren)
        )

    def branches_shown(self) -> Mapping[str, Sequence[str]]:
        """The same for each message that is shown, by its id, in one go over all messages."""
        shown = {entry.parent: entry.id for entry in self.path()}
        found: dict[str, list[str]] = {entry: [] for entry in shown.values()}
        for other in self.entries.values():
            beside = shown.get(other.parent)
            if beside is not None and (other.id == beside or not other.barren):
                found[beside].append(other.id)
        return found

    def below(self, entry: str) -> frozenset[str]:
        """The ids of this message and of all that follow it, in every branch."""
        found = {entry}
        for other in self.entries.values():
            if other.parent in found:
                found.add(other.id)
        return frozenset(found)

    def without(self, entry: str) -> Conversation:
        """The conversation without this message and all that follow it; the newest that stood beside it is shown."""
        gone = self.below(entry)
        entries = {id: kept for id, kept in self.entries.items() if id not in gone}  # noqa: A001 - an entry's own word
        newest = {kept.parent: kept.id for kept in entries.values()}
        chosen = {parent: id for parent, id in self.chosen.items() if id in entries}  # noqa: A001 - as above
        return replace(self, entries=entries, chosen={**newest, **chosen})

    def history_before(self, entry: Entry, files: Mapping[str, File] | None = None) -> History:
        """What was said before `entry`: whole rounds only, so that no question is left open.

        `files` are the contents of what was attached, by id.
        """
        return tuple(Message(said.role, said.text, contents_of(said, files)) for said in self.rounds_before(entry))

    def rounds_before(self, entry: Entry) -> tuple[Entry, ...]:
        """The questions before `entry` that were answered, each with its answer."""
        lineage: list[Entry] = []
        parent = entry.parent
        while parent is not None:
            lineage.append(self.entries[parent])
            parent = self.entries[parent].parent
        lineage.reverse()
        return tuple(
            said
            for question, answer in pairwise(lineage)
            if question.role is Role.USER and answer.role is Role.ASSISTANT and answer.text
            for said in (question, answer)
        )


def contents_of(entry: Entry, files: Mapping[str, File] | None) -> tuple[File, ...]:
    """What is attached to a message, as far as it is among `files`."""
    return tuple(files[one.id] for one in entry.files if files is not None and one.id in files)


def brought_back(now: Conversation, old: Conversation, entry: str) -> Conversation:
    """The conversation as it is now, with a message and what followed it as they were in `old`."""
    back = old.below(entry)
    # What is there now stays as it is; the messages stand in the order in which they were said.
    entries = {
        id: now.entries.get(id, said)  # an entry's own word
        for id, said in {**old.entries, **now.entries}.items()  # noqa: A001 - as above
        if id in now.entries or id in back
    }
    chosen = {parent: id for parent, id in old.chosen.items() if id in back}  # noqa: A001 - as above
    return replace(now, entries=entries, chosen={**now.chosen, **chosen})
