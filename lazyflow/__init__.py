"""lazyflow: declare a chatbot in one YAML file and run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    from lazyflow.runtime.library import LoadedApp

__version__ = "0.1.0"


def load(path: str | os.PathLike[str], *over: str | os.PathLike[str]) -> LoadedApp:
    """An app.yaml as a Python object; `over` are files laid over it.

    `async with app:` and `app.stream("hi")` give its events, a plain `app.ask("hi")` the answer as text.

    Raises: `lazyflow.errors.InvalidApp` with every problem of the files, `lazyflow.errors.Unreadable`.
    """
    from lazyflow.runtime.library import load_app  # noqa: PLC0415 - `import lazyflow` stays light

    return load_app(path, *over)
