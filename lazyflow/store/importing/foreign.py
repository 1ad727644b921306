"""A conversation as other programs keep it, a tree of messages of any roles, made into one of questions and answers."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass

from lazyflow.messages import Role
from lazyflow.store.conversation import Conversation, Entry
from lazyflow.store.values import Malformed

NewId = Callable[[], str]
OPENING = "…"
"""Stands for the question where a conversation begins with an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of another program. Without a role (a system prompt, a tool's output) it is not shown."""

    parent: str | None
    role: Role | None = None
    text: str = ""
    thinking: str = ""

    @property
    def shown(self) -> bool:
        """Whether a person saw it."""
        return self.role is not None and bool(self.text.strip() or self.thinking.strip())


@dataclass(slots=True)
class Run:
    """Messages of one role in a row, which are one message here. `before` is the run that it follows."""

    role: Role
    before: Run | None
    text: str
    thinking: str
    entry: str = ""


def conversation_of(said: Mapping[str, Said], last: str | None, new_id: NewId) -> Conversation:
    """The tree as a conversation; the branch that ends with `last` is shown. Raises: `Malformed`."""
    runs: dict[str, Run | None] = {}
    ends: dict[int, Run] = {}
    for id in said:  # noqa: A001 - a message's own word
        for step in reversed(unread(said, id, runs)):
            parent = said[step].parent
            runs[step] = extended(runs[parent] if parent is not None else None, said[step], ends)
    entries: dict[str, Entry] = {}
    for run in ends.values():
        place(run, entries, new_id)
    chosen = {entry.parent: entry.id for entry in entries.values()}
    end = runs.get(last) if last is not None else None
    shown = entries.get(end.entry) if end is not None else None
    while shown is not None:
        chosen[shown.parent] = shown.id
        shown = entries[shown.parent] if shown.parent is not None else None
    return Conversation(id=new_id(), entries=entries, chosen=chosen)


def unread(said: Mapping[str, Said], start: str, runs: Container[str]) -> list[str]:
    """A message and all before it that `runs` has not, back to the first.

    Raises: `Malformed` for a circle or a message that is missing.
    """
    found: dict[str, None] = {}
    following: str | None = start
    while following is not None and following not in runs:
        if following in found or following not in said:
            raise Malformed("its messages form no tree")
        found[following] = None
        following = said[following].parent
    return list(found)


def extended(before: Run | None, said: Said, ends: dict[int, Run]) -> Run | None:
    """The run that a message ends; it goes on with the run before where one speaks on."""
    if not said.shown or said.role is None:
        return before
    if before is None or before.role is not said.role:
        run = Run(said.role, before, said.text, said.thinking)
    else:
        # The shorter run stays only where something else follows it.
        ends.pop(id(before), None)
        run = Run(said.role, before.before, joined(before.text, said.text), joined(before.thinking, said.thinking))
    ends[id(run)] = run
    return run


def place(run: Run, entries: dict[str, Entry], new_id: NewId) -> None:
    """Add a run and those before it as messages."""
    line: list[Run] = []
    following: Run | None = run
    while following is not None and not following.entry:
        line.append(following)
        following = following.before
    for one in reversed(line):
        parent = one.before.entry if one.before is not None else None
        if parent is None and one.role is not Role.USER:
            parent = new_id()
            entries[parent] = Entry(id=parent, parent=None, role=Role.USER, text=OPENING)
        one.entry = new_id()
        entries[one.entry] = Entry(id=one.entry, parent=parent, role=one.role, text=one.text, thinking=one.thinking)


def joined(first: str, second: str) -> str:
    """Two texts one below the other."""
    return "\n\n".join(text for text in (first.strip(), second.strip()) if text)
