"""The second phase: text to a tree, from the parser's events alone; no tag is ever loaded.

The events come from libyaml where PyYAML has it: 21,000 took 14 ms, PyYAML's own 233 ms; both say the same places.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import yaml

from lazyflow.errors import Problem
from lazyflow.spec.keys import merged, string_key
from lazyflow.spec.scalars import resolve
from lazyflow.spec.suggest import did_you_mean
from lazyflow.spec.syntax import explain
from lazyflow.spec.tree import Entry, Mapping, Reset, Scalar, Sequence, Span, Tree, Unset

DEEPEST = 64
MOST_VALUES = 200_000
MOST_ALIASED = 100_000
MOST_PROBLEMS = 1000
CORE_TAGS = {"tag:yaml.org,2002:" + name for name in ("str", "int", "float", "bool", "null", "map", "seq")}
# PyYAML follows YAML 1.1, where these end a line; editors and YAML 1.2 count them as characters.
FOREIGN_BREAKS = "\x85\u2028\u2029"
PRIVATE_USE = range(0xE000, 0xF900)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document, or None where it cannot be understood, and what is wrong with it."""

    tree: Tree | None
    problems: tuple[Problem, ...]


def parse(text: str, file: str) -> Parsed:
    """Compose the one document in `text`. Never raises for what a person typed."""
    if hidden := stand_ins(text):
        text = text.translate(hidden)
    composer = Composer(file, text, {ord(stand_in): chr(code) for code, stand_in in hidden.items()})
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            composer.take(event)
    except Halt as halt:
        return Parsed(None, (*composer.problems, halt.problem))
    except yaml.YAMLError as error:
        return Parsed(None, (*composer.problems, explain(error, text, file)))
    return Parsed(composer.tree, tuple(composer.problems))


def stand_ins(text: str) -> dict[int, str]:
    """For each foreign break in the text a character that is not in it."""
    foreign = [ord(mark) for mark in FOREIGN_BREAKS if mark in text]
    unused = (chr(code) for code in PRIVATE_USE if chr(code) not in text)
    return dict(zip(foreign, unused, strict=False))


def unknown(text: str, span: Span) -> Scalar:
    """A value of which nothing more is to be said."""
    return Scalar(text, text, span, plain=False, unset=(Unset("", "", span),))


class Halt(Exception):
    """Nothing more can be told about this document."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(slots=True)
class Open:
    """A collection whose end has not come yet; `key` is the key that waits for its value."""

    start: yaml.Event
    mapping: bool
    skip: bool
    items: list[Tree] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    merges: list[Entry] = field(default_factory=list)
    key: tuple[str, Span] | None = None
    waits_for_value: bool = False
    size: int = 1
    last: Span | None = None


class Composer:
    """Builds the tree from events, on a stack of its own; `hidden` is what stands in the text for other characters."""

    def __init__(self, file: str, text: str, hidden: dict[int, str]) -> None:
        self.file = file
        self.text = text
        self.hidden = hidden
        self.problems: list[Problem] = []
        self.tree: Tree | None = None
        self.stack: list[Open] = []
        self.anchors: dict[str, tuple[Tree, int]] = {}
        self.opening: set[str] = set()
        self.documents = 0
        self.values = 0
        self.aliased = 0

    def take(self, event: yaml.Event) -> None:
        """Take the parser's next event. Raises: `Halt` past a limit."""
        match event:
            case yaml.ScalarEvent():
                self.count(event)
                tree = self.scalar(event)
                self.remember(event.anchor, tree, 1)
                self.place(tree, 1, event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self.count(event)
                self.begin(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.end(event)
            case yaml.AliasEvent():
                self.alias(event)
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise Halt(
                        self.span(event).problem(
                            "LF014",
                            "a second document begins here",
                            help="one file is one app: remove everything from this '---' on",
                        )
                    )

    def count(self, event: yaml.Event) -> None:
        """Hold the limits on values and depth."""
        self.values += 1
        if self.values > MOST_VALUES:
            raise Halt(
                self.span(event).problem("LF010", f"the file has more than {MOST_VALUES} values", help="split the app")
            )
        if len(self.stack) >= DEEPEST and not isinstance(event, yaml.ScalarEvent):
            raise Halt(
                self.span(event).problem("LF010", f"the document is more than {DEEPEST} levels deep", help="flatten it")
            )

    def span(self, event: Any, end: Any = None) -> Span:
        """Where the event stands in the file."""
        start, stop = event.start_mark, (end or event).end_mark
        return Span(self.file, start.line + 1, start.column + 1, stop.line + 1, stop.column + 1)

    def scalar(self, event: Any) -> Tree:
        """A scalar with its YAML 1.2 meaning."""
        text, tag = event.value.translate(self.hidden) if self.hidden else event.value, event.tag
        span = self.span(event)
        if event.style in {"|", ">"}:
            span = span._replace(end_line=span.line, end_column=span.column + 1)
        if tag == "!reset":
            return Reset(span)
        plain = event.implicit[0] and not event.style
        if tag and tag != "!" and not self.accept(tag, span):
            return unknown(text, span)
        if event.anchor or tag:
            span = self.after_properties(span)
        if tag in {"tag:yaml.org,2002:str", "!"}:
            plain = False
        return Scalar(
            resolve(text) if plain or tag in CORE_TAGS - {"tag:yaml.org,2002:str"} else text, text, span, plain
        )

    def after_properties(self, span: Span) -> Span:
        """The place of the value itself, behind its anchor and tag."""
        line = self.line(span.line)
        column = span.column - 1
        while column < len(line) and line[column] in "&!":
            while column < len(line) and not line[column].isspace():
                column += 1
            while column < len(line) and line[column].isspace():
                column += 1
        if column >= len(line) or (span.line, column + 1) >= (span.end_line, span.end_column):
            return span
        return span._replace(column=column + 1)

    def line(self, number: int) -> str:
        """The text of a line."""
        return self.lines[number - 1] if number <= len(self.lines) else ""

    @cached_property
    def lines(self) -> list[str]:
        """The file's lines."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def accept(self, tag: str, span: Span) -> bool:
        """Whether a tag only says what the value is anyway; any other is a problem."""
        if tag in CORE_TAGS:
            return True
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        self.problems.append(
            span.problem(
                "LF012",
                f"the tag '{shown}' is not allowed",
                help="remove it: app.yaml holds plain values, and '!reset' in an override",
            )
        )
        return False

    def begin(self, event: Any) -> None:
        """Open a collection."""
        if event.anchor:
            self.opening.add(event.anchor)
            self.anchors.pop(event.anchor, None)
        tag = event.tag
        skip = tag not in {None, "!reset", "!"} and not self.accept(tag, self.span(event))
        self.stack.append(Open(event, isinstance(event, yaml.MappingStartEvent), skip))

    def end(self, event: Any) -> None:
        """Close the innermost collection."""
        done = self.stack.pop()
        start: Any = done.start
        span = self.span(start, event)
        if not start.flow_style:
            last = done.last or span
            span = span._replace(end_line=last.end_line, end_column=last.end_column)
        tree: Tree
        if start.tag == "!reset":
            tree = Reset(span)
        elif done.skip:
            tree = unknown("", self.span(start))
        elif done.mapping:
            tree = merged(Mapping(done.entries, span), done.merges, self.problems)
        else:
            tree = Sequence(tuple(done.items), span)
        if start.anchor:
            self.opening.discard(start.anchor)
            self.remember(start.anchor, tree, done.size)
        self.place(tree, done.size, start)

    def remember(self, anchor: str | None, tree: Tree, size: int) -> None:
        """Keep what an anchor names."""
        if anchor:
            self.anchors[anchor] = (tree, size)

    def alias(self, event: Any) -> None:
        """Put in what an alias stands for; the copies are shared, and how many values they add up to is bounded."""
        span = self.span(event)
        if event.anchor in self.opening:
            raise Halt(
                span.problem("LF011", f"'*{event.anchor}' stands inside itself", help="move it out of what it names")
            )
        if event.anchor not in self.anchors:
            known = did_you_mean(
                event.anchor, self.anchors, f"write '&{event.anchor}' where the value is written first"
            )
            raise Halt(span.problem("LF011", f"'*{event.anchor}' names nothing above it", help=known))
        tree, size = self.anchors[event.anchor]
        self.aliased += size
        if self.aliased > MOST_ALIASED:
            raise Halt(
                span.problem(
                    "LF011", f"aliases stand for more than {MOST_ALIASED} values", help="write out what you need"
                )
            )
        self.place(tree, size, event)

    def place(self, tree: Tree, size: int, event: Any) -> None:
        """Put a finished value where it belongs."""
        if not self.stack:
            self.tree = tree
            return
        parent = self.stack[-1]
        parent.size += size
        parent.last = self.span(event) if isinstance(event, yaml.AliasEvent | yaml.ScalarEvent) else tree.span
        if not parent.mapping:
            parent.items.append(tree)
        elif not parent.waits_for_value:
            parent.key = string_key(tree, self.span(event), self.problems)
            parent.waits_for_value = True
        else:
            parent.waits_for_value = False
            self.enter(parent, tree)

    def enter(self, parent: Open, value: Tree) -> None:
        """Put a value under its key, which may stand once."""
        if parent.key is None:
            return
        name, span = parent.key
        if isinstance(value, Scalar) and not value.text and value.plain:
            value = replace(value, span=span)
        if name == "<<":
            parent.merges.append(Entry(span, value))
        elif name in parent.entries:
            first = parent.entries[name].key
            self.problems.append(
                span.problem(
                    "LF009",
                    f"the key '{name}' is already written in line {first.line}, column {first.column}",
                    help="remove one of the two",
                )
            )
        else:
            parent.entries[name] = Entry(span, value)
        if len(self.problems) >= MOST_PROBLEMS:
            raise Halt(self.problems.pop())
