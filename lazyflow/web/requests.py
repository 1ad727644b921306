"""What a page may ask for: a closed union of values."""

from __future__ import annotations

from dataclasses import dataclass

from lazyflow.store.conversation import Feedback


@dataclass(frozen=True, slots=True)
class Ready:
    """The page wants everything anew: it has just opened, lost its connection, or missed a message."""

    conversation: str


@dataclass(frozen=True, slots=True)
class Send:
    """A new message at the end of the conversation; `files` are the ids of what is attached to it."""

    text: str
    use_context: bool
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """A message in place of an earlier one, in a branch of its own."""

    entry: str
    text: str
    use_context: bool
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Regenerate:
    """Another answer in place of this one, by `node`; empty means whoever gave this one."""

    entry: str
    node: str = ""


@dataclass(frozen=True, slots=True)
class GoOn:
    """The rest of an answer that broke off."""

    entry: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete a message and all that follows it, or undo that."""

    entry: str
    undo: bool


@dataclass(frozen=True, slots=True)
class Judge:
    """What the person thinks of a reply; None takes it back."""

    entry: str
    feedback: Feedback | None


@dataclass(frozen=True, slots=True)
class Inspect:
    """What models were sent for this reply."""

    entry: str


@dataclass(frozen=True, slots=True)
class Overview:
    """How the app stands: its models, and its graph where `graph`."""

    graph: bool


@dataclass(frozen=True, slots=True)
class Controls:
    """The widgets of the page and their values, now and whenever they change."""


@dataclass(frozen=True, slots=True)
class Adjust:
    """Another value of a control in this conversation, not checked yet; None is the app's own."""

    node: str
    param: str
    value: object


@dataclass(frozen=True, slots=True)
class Choose:
    """Show the branch with this message."""

    entry: str


@dataclass(frozen=True, slots=True)
class Stop:
    """End the running reply and keep what was said."""


@dataclass(frozen=True, slots=True)
class New:
    """Begin a new conversation."""


@dataclass(frozen=True, slots=True)
class List:
    """The person's conversations, at most `most`; `text` is what they seek in them, empty for the newest."""

    text: str
    most: int = 200


@dataclass(frozen=True, slots=True)
class Rename:
    """Give a conversation a title."""

    conversation: str
    title: str


@dataclass(frozen=True, slots=True)
class Pin:
    """Keep a conversation at the top of the list, or no longer."""

    conversation: str
    pinned: bool


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a conversation, or undo that."""

    conversation: str
    undo: bool


Shelved = List | Rename | Pin | Delete
Asking = Send | Edit | Regenerate | GoOn | Stop
Changing = Remove | Judge | Adjust | Choose
FromPage = Ready | New | Inspect | Overview | Controls | Asking | Changing | Shelved
