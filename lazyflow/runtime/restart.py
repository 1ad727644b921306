"""What only a restart can change: where the app listens and who may come in."""

from __future__ import annotations

from collections.abc import Mapping

from lazyflow.spec.nodes import WebSpec

# The field's name in app.yaml and in the spec.
COLD = {"host": "host", "port": "ports", "auth": "auth", "store": "store", "api": "api"}


def restart_needed(served: Mapping[str, WebSpec], wanted: Mapping[str, WebSpec]) -> tuple[str, ...]:
    """`web.port` for each field that differs from what is served; the bare name of a web node that came or went."""
    found = []
    for name in {**served, **wanted}:
        if name not in served or name not in wanted:
            found.append(name)
            continue
        found += [
            f"{name}.{key}"
            for key, field in COLD.items()
            if getattr(served[name], field) != getattr(wanted[name], field)
        ]
    return tuple(found)
