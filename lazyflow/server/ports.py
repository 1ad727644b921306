"""A port for a web node: the first free one of its ranges, bound once and held."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterator, Sequence

from lazyflow.errors import LazyflowError

BACKLOG = 2048


class PortUnavailable(LazyflowError):
    """None of the ports that the user named can be listened on."""


def bind(node: str, host: str, ports: Sequence[tuple[int, int]]) -> socket.socket:
    """Listen on the first free port of the inclusive ranges `ports`.

    The socket listens when it is returned, so that nobody else can take the port before the page is served.

    Raises: `PortUnavailable` where the host is not one of this machine's or every port is taken.
    """
    family, address = resolve(node, host)
    last: OSError | None = None
    for port in candidates(ports):
        listener = socket.socket(family, socket.SOCK_STREAM)
        if sys.platform != "win32":  # there it would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise PortUnavailable(f"node '{node}' cannot listen on {host}: {error.strerror}", HOST_HELP) from error
            last = error
        else:
            listener.setblocking(False)  # noqa: FBT003 - the standard library's signature
            return listener
    raise PortUnavailable(f"node '{node}': {told(host, ports, last)}", PORT_HELP)


HOST_HELP = "write a host of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them"
PORT_HELP = "stop the program that holds it, or write another port or a range, such as 20500-20799"


def resolve(node: str, host: str) -> tuple[socket.AddressFamily, str]:
    """The address family and numeric address of a host name."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        raise PortUnavailable(f"node '{node}': the host '{host}' is not known", HOST_HELP) from error
    family, _, _, _, address = found[0]
    return family, str(address[0])


def candidates(ports: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Every port of the ranges, in order."""
    for first, last in ports:
        yield from range(first, last + 1)


def told(host: str, ports: Sequence[tuple[int, int]], cause: OSError | None) -> str:
    """Why no port was free, in words."""
    names = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ports)
    if cause is not None and cause.errno == errno.EACCES:
        return f"port {names} on {host} needs rights that this user does not have"
    single = len(ports) == 1 and ports[0][0] == ports[0][1]
    return f"port {names} on {host} is in use" if single else f"all ports of {names} on {host} are in use"
