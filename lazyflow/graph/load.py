"""Files to a checked app: the phases in their order.

read → parse → string keys → interpolate → merge overrides → schema → typed → references
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lazyflow.errors import InvalidApp, Problem, Severity, Unreadable
from lazyflow.graph.build import build_graph
from lazyflow.graph.canonical import canonical
from lazyflow.graph.checks import check_references
from lazyflow.graph.graph import Graph
from lazyflow.spec.app import AppSpec
from lazyflow.spec.complain import MOST_PROBLEMS, Enough
from lazyflow.spec.environment import parse_environment
from lazyflow.spec.interpolate import interpolate
from lazyflow.spec.merge import merge, without_resets
from lazyflow.spec.nodes import LocalSpec
from lazyflow.spec.parse import parse
from lazyflow.spec.read import decode, read
from lazyflow.spec.schema import load_schema
from lazyflow.spec.tree import Mapping as Map
from lazyflow.spec.tree import Path as Place
from lazyflow.spec.tree import Scalar, Span, Tree, kind, locate
from lazyflow.spec.typed import typed_app
from lazyflow.spec.version import check_version
from lazyflow.spec.walk import Walk


@dataclass(frozen=True, slots=True)
class Source:
    """What to load: the app's file and those laid over it, and where variables come from.

    `env_file` takes the place of the `.env` beside the first file. Without `use_environment` no variable is looked up,
    and none is missed. `allow_open_host` lets a page without `auth` serve other machines.
    """

    files: tuple[Path, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    env_file: Path | None = None
    use_environment: bool = True
    allow_open_host: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. `app` and `graph` are there where no problem is an error.

    `sources` are all files that matter, whether they exist or not: what a watcher watches. `texts` are the contents
    that problems point into, by the problem's file. `data` is the plain data of the app after interpolation and merge.
    `tree` is the same with places, `secrets` are the paths of what must not be shown.
    """

    app: AppSpec | None
    graph: Graph | None
    problems: tuple[Problem, ...]
    sources: tuple[Path, ...]
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    secrets: frozenset[Place] = frozenset()
    tree: Map | None = field(default=None, repr=False)

    def place(self, path: Place) -> Span:
        """Where the value at `path` stands, for a problem about it: `("nodes", "chat", "model")`."""
        if self.tree is None:
            return Span(str(self.sources[0]), 1, 1, 1, 1)
        return locate(self.tree, path, self.tree.span._replace(end_line=self.tree.span.line, end_column=2))

    def canonical(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """The resolved app as plain data that is itself an app; only for a document without errors."""
        if self.tree is None:
            raise InvalidApp(self.problems)
        return canonical(self.tree, self.data, load_schema(), self.secrets, show_secrets=show_secrets)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A valid app with its graph; `problems` are warnings."""

    app: AppSpec
    graph: Graph
    problems: tuple[Problem, ...]
    sources: tuple[Path, ...]


def load(source: Source) -> Loaded:
    """The app of `source`. Raises: `InvalidApp` for errors in its files, `Unreadable`."""
    checked = check(source)
    if checked.app is None or checked.graph is None:
        raise InvalidApp(checked.problems)
    return Loaded(checked.app, checked.graph, checked.problems, checked.sources)


def check(source: Source) -> Checked:
    """Everything that can be known without running. Raises: `Unreadable` where a file cannot be read."""
    return check_contents([(path, read(path)) for path in source.files], source)


def check_text(text: str | bytes, file: str = "<stdin>", source: Source | None = None) -> Checked:
    """As `check`, for one text that may stand in no file; relative paths start in the working folder."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return check_contents([(Path(file), data)], source or Source((Path(file),), use_environment=False))


def check_contents(contents: list[tuple[Path, bytes]], source: Source) -> Checked:
    """Take contents through all phases."""
    with uncollected():
        return through_phases(contents, source)


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles of objects: trees have none, and searching large ones took a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def through_phases(contents: list[tuple[Path, bytes]], source: Source) -> Checked:
    """The phases one by one, down to the first that leaves nothing to look at."""
    loading = Loading(source, folder=Path(os.path.abspath(contents[0][0])).parent)  # noqa: PTH100 - resolve() would follow links
    trees = [loading.document(path, data) for path, data in contents]
    environment = loading.variables()
    whole: Tree | None = None
    for tree in trees:
        if tree is None:
            return loading.result()
        filled = interpolate(tree, environment, loading.problems)
        whole = without_resets(filled, loading.problems) if whole is None else merge(whole, filled)
    assert isinstance(whole, Map)  # noqa: S101 - document() gives maps alone, and there is at least one file
    return loading.understand(whole, environment if source.use_environment else None)


@dataclass(slots=True)
class Loading:
    """One run through the phases, and what it gathers on the way."""

    source: Source
    folder: Path
    problems: list[Problem] = field(default_factory=list)
    sources: dict[Path, None] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def document(self, path: Path, data: bytes) -> Map | None:
        """Read and parse one file, down to a map of an app."""
        file = str(path)
        self.sources[path] = None
        text = decode(data, file)
        if isinstance(text, Problem):
            self.texts[file] = data[: 1 << 20].decode("utf-8", "replace")
            self.problems.append(text)
            return None
        self.texts[file] = text
        parsed = parse(text, file)
        self.problems += parsed.problems
        if isinstance(parsed.tree, Map):
            return parsed.tree
        if parsed.tree is None and parsed.problems:
            return None
        start = Span(file, 1, 1, 1, 1)
        if parsed.tree is None or (isinstance(parsed.tree, Scalar) and parsed.tree.value is None):
            self.problems.append(
                start.problem("LF015", "the file is empty", help="'lazyflow init' makes an app to begin with")
            )
        else:
            self.problems.append(
                start.problem(
                    "LF015",
                    f"an app is a map with 'version' and 'nodes', this is {kind(parsed.tree)}",
                    help="begin with: version: 1",
                )
            )
        return None

    def variables(self) -> dict[str, str]:
        """The environment; the process wins over the `.env` file."""
        if not self.source.use_environment:
            return {}
        path = self.source.env_file or self.folder / ".env"
        self.sources[path] = None
        try:
            data = read(path)
        except Unreadable:
            if self.source.env_file is not None or path.exists():
                raise
            return dict(self.source.environment)
        text = decode(data, str(path))
        if isinstance(text, Problem):
            self.problems.append(text)
            return dict(self.source.environment)
        self.texts[str(path)] = text
        found, problems = parse_environment(text, str(path))
        self.problems += problems
        return {**found, **self.source.environment}

    def understand(self, tree: Map, environment: Mapping[str, str] | None) -> Checked:
        """Schema, types and references of the merged document."""
        check_version(tree, self.problems)
        walk = Walk(load_schema(), self.problems)
        start = tree.span._replace(end_line=tree.span.line, end_column=tree.span.column + 1)
        try:
            data = walk.check(tree, walk.schema, (), start)
            referred = check_references(
                tree, walk, self.folder, environment, self.texts, allow_open_host=self.source.allow_open_host
            )
        except Enough:
            return self.result()
        self.sources |= dict.fromkeys(referred.files)
        problems = self.sorted()
        if any(problem.severity is Severity.ERROR for problem in problems):
            return self.result()
        app = with_templates(typed_app(data, self.folder, tuple(self.sources)), referred.chat_templates)
        secrets = frozenset(mark.path for mark in walk.marks if mark.kind == "secret")
        return Checked(app, build_graph(app), problems, tuple(self.sources), self.texts, data, secrets, tree)

    def result(self) -> Checked:
        """What was found where there is no app."""
        return Checked(None, None, self.sorted(), tuple(self.sources), self.texts)

    def sorted(self) -> tuple[Problem, ...]:
        """The problems by place, warnings left out first where they are too many; each place has one."""
        once = {problem.place: problem for problem in reversed(self.problems)}
        first = sorted(once.values(), key=lambda problem: (problem.severity is Severity.WARNING, problem.place))
        return tuple(sorted(first[:MOST_PROBLEMS], key=lambda problem: problem.place))


def with_templates(app: AppSpec, chat_templates: Mapping[str, str]) -> AppSpec:
    """The app with the text of its chat templates in place of their paths."""
    if not chat_templates:
        return app
    nodes = {
        name: replace(node, chat_template=chat_templates[name])
        if isinstance(node, LocalSpec) and name in chat_templates
        else node
        for name, node in app.nodes.items()
    }
    return replace(app, nodes=nodes)
