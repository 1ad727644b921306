"""Where conversations are kept: places that no run of the app could open."""

from __future__ import annotations

from lazyflow.graph.context import Context, text

SERVERS = frozenset({"postgresql", "postgres"})
WANTED = "write a SQLite path, a postgresql:// URL, or `memory`"


def check_stores(context: Context) -> None:
    """A path that no file can have, and databases that are not known."""
    for name, node in context.nodes("web"):
        store = text(node, "store")
        if store is None:
            continue
        fault = fault_of(str(store.value))
        if fault is not None:
            message, help_ = fault
            path = ("nodes", name, "store")
            context.add(store.span, "LF006", f"'store' of web node '{name}' {message}", path, help_)


def fault_of(store: str) -> tuple[str, str] | None:
    """What is wrong and what to do; None where nothing is."""
    if "\0" in store:
        return "holds a NUL character", "write a path without it"
    scheme, found, _ = store.partition("://")
    system = scheme.lower().partition("+")[0]
    if found and system != "sqlite" and system not in SERVERS:
        return f"cannot be a database of '{system}'", WANTED
    return None
