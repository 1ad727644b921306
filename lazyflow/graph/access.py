"""Who may come in: open hosts need auth, ports must not clash."""

from __future__ import annotations

import ipaddress

from lazyflow.graph.context import Context, place, text
from lazyflow.spec.ports import Range, port_range, port_ranges
from lazyflow.spec.tree import Mapping, Scalar, plain

DEFAULT = "20500-20799"


def check_hosts(context: Context) -> None:
    """Anything but a loopback address needs `auth`."""
    for name, node in context.nodes("web"):
        host = text(node, "host")
        if host is not None and not is_loopback(str(host.value)) and "auth" not in node.entries:
            context.add(
                host.span,
                "LF037",
                f"web node '{name}' is open to other machines ('{host.value}') and asks nobody who they are",
                ("nodes", name, "host"),
                "add 'auth', or serve on 127.0.0.1",
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_ports(context: Context) -> None:
    """Ranges that are none, and web nodes that cannot all have a port."""
    wrong: set[str] = set()
    for mark, scalar, value in context.of_kind("portRange"):
        if port_range(value) is None:
            wrong.add(mark.node)
            context.add(
                scalar.span,
                "LF006",
                f"'{value}' is no range of ports",
                mark.path,
                "write the first port, '-' and the last one, both from 1 to 65535",
            )
    webs = [(name, node, ports_of(node)) for name, node in context.nodes("web") if name not in wrong]
    taken: dict[tuple[str, int], str] = {}
    for name, node, ranges in sorted(webs, key=lambda web: sum(last - first for first, last in web[2])):
        host = text(node, "host")
        address = str(host.value) if host else "127.0.0.1"
        ports = (port for first, last in ranges for port in range(first, last + 1))
        free = next((port for port in ports if not port or (address, port) not in taken), None)
        if free is not None:
            taken[address, free] = name
        elif ranges:
            other = taken[address, ranges[0][0]]
            context.add(
                place(node.entries["port"]) if "port" in node.entries else context.names.keys[name],
                "LF036",
                f"web node '{name}' has no port of its own: '{other}' already takes {ranges[0][0]}",
                ("nodes", name, "port"),
                "give each web node another port, or a range",
            )


def ports_of(node: Mapping) -> tuple[Range, ...]:
    """The ranges of a web node; nothing where they are not known."""
    entry = node.entries.get("port")
    if entry is None:
        return port_ranges(DEFAULT)
    value = plain(entry.value)
    values = value if isinstance(value, list) else [value]
    if (isinstance(entry.value, Scalar) and entry.value.unset) or not all(map(is_port, values)):
        return ()
    return port_ranges(values)


def is_port(value: object) -> bool:
    """Whether the schema would take the value."""
    return (type(value) is int and 0 <= value <= 65535) or (  # noqa: PLR2004 - the last port
        isinstance(value, str) and all(part.isdecimal() for part in value.split("-", 1))
    )
