"""Python callables: found and read without importing anything."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path, PurePosixPath

from lazyflow.graph.context import Context
from lazyflow.spec.read import LARGEST_FILE
from lazyflow.spec.tree import Mapping, Scalar, Span
from lazyflow.spec.walk import Mark

OFFERED = {"history", "files"}
MOST_SOURCE = 1 << 21


def check_callables(context: Context) -> None:
    """A problem for each `call` that names nothing, or that cannot be called as the file says."""
    code = Code()
    for mark, scalar, call in context.of_kind("callable"):
        place, colon, name = call.rpartition(":")
        if colon and place and name:
            Target(context, code, mark, scalar, (place, name)).check()


def leaves(path: str) -> bool:
    """Whether a relative path leads out of the folder in which it starts; one with a NUL leads nowhere."""
    normal = path.replace("\\", "/")
    depth = 0
    for part in PurePosixPath(normal).parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return True
    return normal.startswith(("/", "~")) or normal[1:2] == ":" or "\0" in normal


Definitions = dict[str, "ast.stmt | None"]


@dataclass(slots=True)
class Code:
    """What Python files define, each read once; of the app's files together no more than `left` bytes are read."""

    left: int = MOST_SOURCE
    files: dict[Path, Definitions | str] = field(default_factory=dict)
    modules: dict[str, ModuleSpec | None] = field(default_factory=dict)

    def read(self, file: Path) -> Definitions | str | None:
        """The names that a file defines, or what is wrong with it; None where enough was read."""
        if file not in self.files:
            try:
                with file.open("rb") as stream:
                    source = stream.read(LARGEST_FILE + 1)
            except OSError as error:
                self.files[file] = f"cannot be read: {error.strerror}"
                return self.files[file]
            self.left -= len(source)
            if self.left < 0:
                return None
            self.files[file] = defined(source)
        return self.files[file]

    def module(self, parts: list[str]) -> ModuleSpec | None:
        """As `find_module`, once for each module."""
        name = ".".join(parts)
        if name not in self.modules:
            self.modules[name] = find_module(parts)
        return self.modules[name]


def defined(source: bytes) -> Definitions | str:
    """The names that Python source defines, or what is wrong with it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dict(definitions(ast.parse(source).body))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f" in line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        return f"is not valid Python{line}"


class Target:
    """One callable: where it should be, and what its source says."""

    def __init__(self, context: Context, code: Code, mark: Mark, scalar: Scalar, call: tuple[str, str]) -> None:
        self.context = context
        self.code = code
        self.mark = mark
        self.scalar = scalar
        self.place, self.name = call

    def add(self, code: str, message: str, help: str) -> None:  # noqa: A002 - Problem's word
        """Keep a problem at the call."""
        self.context.add(self.scalar.span, code, message, self.mark.path, help)

    def check(self) -> None:
        """File or module, then the name in it, then its signature."""
        file = self.file() if self.place.endswith(".py") else self.module()
        if file is None:
            return
        match self.code.read(file):
            case str() as wrong:
                help_ = "mend the file" if "Python" in wrong else "check the file and its permissions"
                self.add("LF042", f"{self.place} {wrong}", help_)
            case dict() as names:
                self.attribute(names)

    def file(self) -> Path | None:
        """The file beside app.yaml."""
        if leaves(self.place):
            self.add(
                "LF043", f"'{self.place}' leads out of the app's folder", "put the file beside app.yaml: ./file.py:name"
            )
            return None
        path = self.context.folder / self.place
        self.context.files[path] = None
        inside = path.resolve().is_relative_to(self.context.folder.resolve())
        if not inside:
            self.add(
                "LF043", f"'{self.place}' is a link out of the app's folder", "put the file itself beside app.yaml"
            )
            return None
        if not path.is_file():
            near = (one.name for one in path.parent.glob("*.py"))
            self.add(
                "LF042",
                f"there is no file '{self.place}' beside the app",
                self.context.did_you_mean(path.name, near, "check the path; it is relative to app.yaml"),
            )
            return None
        return path

    def module(self) -> Path | None:
        """The module's source; None where there is none to read, or after telling that there is no such module."""
        parts = self.place.split(".")
        if not all(part.isidentifier() for part in parts):
            self.add("LF042", f"'{self.place}' is no module's name", "write 'package.module:name' or './file.py:name'")
            return None
        spec = self.code.module(parts)
        if spec is None:
            beside = self.context.folder / f"{parts[0]}.py"
            help_ = (
                f"write './{parts[0]}.py:{self.name}'"
                if len(parts) == 1 and beside.is_file()
                else "install it, or name a file: './file.py:name'"
            )
            self.add("LF042", f"there is no module '{self.place}'", help_)
            return None
        return Path(spec.origin) if spec.has_location and spec.origin and spec.origin.endswith(".py") else None

    def attribute(self, defined: Definitions) -> None:
        """The name at the top of the module."""
        first, *rest = self.name.split(".")
        if first not in defined:
            if "*" not in defined and "__getattr__" not in defined:
                names = [name for name in defined if not name.startswith("_")]
                self.add(
                    "LF042",
                    f"{self.place} has no '{first}'",
                    self.context.did_you_mean(first, names, f"it has: {', '.join(names[:10])}" if names else ""),
                )
            return
        match defined[first]:
            case ast.FunctionDef() | ast.AsyncFunctionDef() as function if not rest and not function.decorator_list:
                self.signature(function.args)

    def signature(self, args: ast.arguments) -> None:
        """The first parameter takes the message; `with` names others, and nothing else is required."""
        positional = [one.arg for one in (*args.posonlyargs, *args.args)]
        if not positional and args.vararg is None:
            self.add("LF050", f"'{self.name}' takes no message", "its first parameter is the message")
            return
        given = self.arguments()
        named = [*positional[1:], *(one.arg for one in args.kwonlyargs)]
        if args.kwarg is None:
            for name in given:
                if name not in named:
                    entry = given[name]
                    message = f"'{self.name}' has no parameter '{name}'"
                    self.context.add(
                        entry,
                        "LF051",
                        message,
                        (*self.mark.path[:2], "with", name),
                        self.context.did_you_mean(
                            name, named, f"parameters: {', '.join(named) or 'none beside the message'}"
                        ),
                    )
        optional = positional[len(positional) - len(args.defaults) :] if args.defaults else []
        optional += [
            one.arg for one, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if default is not None
        ]
        for name in named:
            if name not in {*optional, *given, *OFFERED}:
                self.add("LF051", f"'{self.name}' needs '{name}'", f"write it under 'with' of node '{self.mark.node}'")

    def arguments(self) -> dict[str, Span]:
        """What the node gives under `with`, and where each name stands."""
        node = self.context.node(self.mark.node)
        given = node.entries["with"].value if node and "with" in node.entries else None
        return {name: entry.key for name, entry in given.entries.items()} if isinstance(given, Mapping) else {}


def find_module(parts: list[str]) -> ModuleSpec | None:
    """A module's spec by the finders alone: the packages above it are not imported."""
    path: list[str] | None = None
    spec: ModuleSpec | None = None
    for depth in range(1, len(parts) + 1):
        name = ".".join(parts[:depth])
        spec = next((found for finder in sys.meta_path if (found := finder.find_spec(name, path)) is not None), None)
        if spec is None:
            # `os.path` is no file below `os`: some modules only their importer knows, and it has run already.
            known = sys.modules.get(name)
            return known.__spec__ if known is not None and depth == len(parts) else None
        path = list(spec.submodule_search_locations) if spec.submodule_search_locations is not None else []
    return spec


def definitions(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt | None]]:
    """The names that a module defines, with their statement; those inside `if`, `try` and `with` too."""
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield statement.name, statement
            case ast.Import() | ast.ImportFrom():
                for alias in statement.names:
                    yield alias.asname or alias.name.split(".")[0], None
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                for node in ast.walk(statement):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        yield node.id, None
            case _:
                for name in ("body", "orelse", "finalbody"):
                    yield from ((one, None) for one, _ in definitions(getattr(statement, name, [])))
                for handler in getattr(statement, "handlers", []):
                    yield from ((one, None) for one, _ in definitions(handler.body))
