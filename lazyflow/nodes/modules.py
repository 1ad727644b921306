"""The modules of one generation: an app's own Python files, imported anew for it and for nobody else."""

from __future__ import annotations

import builtins
import importlib
import itertools
import os
import sys
import threading
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, ClassVar
from weakref import finalize

from lazyflow.graph.own_modules import home, source_at

NUMBERS = itertools.count(1)
OWN = r"\blazyflow_app_\d+\."
"""How the names of an app's modules begin, for messages to leave out."""


class Fresh(SourceFileLoader):
    """Compiles the file each time: a cached bytecode would hide an edit within one second that keeps the size.

    What the file imports comes from `modules`.
    """

    def __init__(self, fullname: str, path: str, modules: Importer) -> None:
        super().__init__(fullname, path)
        self.modules = modules

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the loader's signature
        """The code of the file as it was read for this generation, or as it is now."""
        source = self.modules.sources.get(Path(self.path)) or self.get_data(self.path)
        return self.source_to_code(source, self.path)

    def exec_module(self, module: ModuleType) -> None:
        """Run it with an `import` of its own."""
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": self.modules.import_}
        super().exec_module(module)


class AppModules:
    """Imports Python files of `folder`, each once, under names that no other generation has.

    A file of the app that imports another, at its top or in a function, gets that of its generation. Python knows them
    as long as this object lives, and until there is another. `sources` are the contents that were read already.
    """

    # Whose object is gone. They leave a little later: one may go at any moment, also while the lock is held.
    _gone: ClassVar[deque[Importer]] = deque()

    def __init__(self, folder: Path, sources: Mapping[Path, bytes] | None = None) -> None:
        while self._gone:
            self._gone.popleft().leave()
        self._importer = Importer(folder, sources or {})
        self._importer.enter()
        finalize(self, self._gone.append, self._importer).atexit = False

    def load(self, place: str) -> ModuleType:
        """The module of a file, relative to the app's folder. Raises: whatever it raises while it runs."""
        return self._importer.load(place)


class Importer:
    """What the modules themselves import with: it lives as long as one of their functions does.

    After the last `leave` they are known to Python only while one of them imports something.
    """

    # Shared: several generations change what Python knows of.
    _lock = threading.Lock()

    def __init__(self, folder: Path, sources: Mapping[Path, bytes]) -> None:
        self.folder = folder
        self.sources = sources
        self.name = f"lazyflow_app_{next(NUMBERS)}"
        self._places: dict[str, Path] = {}
        self._names = {self.name}
        self._modules: dict[str, ModuleType] = {}
        self._users = 0

    def load(self, place: str) -> ModuleType:
        """The module of a file, relative to the app's folder. Raises: whatever it raises while it runs."""
        path = Path(os.path.normpath(self.folder / place))
        name = self._name_of(path.with_suffix(""))
        self._places[name] = path
        with self._known():
            return importlib.import_module(name)

    def import_(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - as `__import__` has it
        locals: Mapping[str, Any] | None = None,  # noqa: A002 - as `__import__` has it
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """`__import__` for the app's files: their own modules come first."""
        names = fromlist or ()
        if level:
            with self._known():
                return builtins.__import__(name, globals, locals, names, level)
        top = name.partition(".")[0]
        place = home(top, Path((globals or {}).get("__file__") or self.folder / "code.py"), self.folder)
        if place is None:
            return builtins.__import__(name, globals, locals, names)
        package = self._name_of(place)
        with self._known():
            if names:
                return builtins.__import__(f"{package}.{name}", globals, locals, names)
            importlib.import_module(f"{package}.{name}")
            return sys.modules[f"{package}.{top}"]

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        """As a finder does it: the spec of one of this generation's modules."""
        parent, _, last = name.rpartition(".")
        if name != self.name and not parent.startswith(self.name):
            return None
        place = self.folder if not path else self._places.get(name) or Path(path[0]) / last
        self._names.add(name)
        file = place if place.suffix == ".py" and name in self._places else source_at(place)
        if path and file is not None:
            return spec_from_file_location(name, file, loader=Fresh(name, str(file), self))
        if not place.is_dir():
            return None
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(place)]
        return spec

    def _name_of(self, place: Path) -> str:
        """A module's name; no dot of a folder's or file's name becomes one of it."""
        name, found = self.name, self.folder
        for part in place.relative_to(self.folder).parts:
            name, found = f"{name}.{part.replace('.', '_')}", found / part
            self._places.setdefault(name, found)
        return name

    def enter(self) -> None:
        """Let Python know the modules, until as many `leave`s."""
        with self._lock:
            self._users += 1
            if self._users == 1:
                sys.modules.update(self._modules)
                # A new list: other threads may be looking through the old one.
                sys.meta_path = [self, *sys.meta_path]

    def leave(self) -> None:
        """See `enter`."""
        with self._lock:
            self._users -= 1
            if not self._users:
                sys.meta_path = [finder for finder in sys.meta_path if finder is not self]
                self._modules = {name: sys.modules.pop(name) for name in self._names if name in sys.modules}

    @contextmanager
    def _known(self) -> Generator[None, None, None]:
        self.enter()
        try:
            yield
        finally:
            self.leave()
