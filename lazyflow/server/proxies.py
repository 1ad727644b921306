"""What proxies in front say of a request, believed from those that are trusted and from nobody else."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
FOR, PROTO, HOST = b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"
SAID = frozenset({b"forwarded", b"x-real-ip", FOR, PROTO, HOST})
SCHEMES = {"http": {"http": "http", "https": "https"}, "websocket": {"http": "ws", "https": "wss"}}


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks with commas between. Raises: `ValueError`."""
    return tuple(ipaddress.ip_network(one.strip()) for one in text.split(","))


class Proxies:
    """Puts the client's address, scheme and host where the trusted proxies say they are, and drops their headers.

    What another peer says stays a header that nothing believes.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        self.app = app
        self.trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as it was before the proxies."""
        client = scope.get("client")
        if scope["type"] in SCHEMES and client is not None and self.trusts(address(client[0])):
            scope = self._seen_from_before(scope)
        await self.app(scope, receive, send)

    def trusts(self, peer: Address | None) -> bool:
        """Whether `peer` is a proxy of ours."""
        return peer is not None and any(peer in network for network in self.trusted)

    def _seen_from_before(self, scope: Scope) -> Scope:
        headers = [pair for pair in scope["headers"] if pair[0] not in SAID]
        host, proto = listed(scope, HOST)[-1:], listed(scope, PROTO)[-1:]
        if host:
            headers = [(b"host", host[0].encode("latin-1")), *(pair for pair in headers if pair[0] != b"host")]
        scheme = SCHEMES[scope["type"]].get(proto[0].lower() if proto else "", scope.get("scheme"))
        return {**scope, "headers": headers, "scheme": scheme, "client": (self._client(scope), 0)}

    def _client(self, scope: Scope) -> str:
        """The nearest address that is no proxy of ours: what stands before it, anybody may have written."""
        nearest = str(scope["client"][0])
        for told in reversed(listed(scope, FOR)):
            found = address(told)
            if found is None:
                break
            nearest = str(found)
            if not self.trusts(found):
                break
        return nearest


def listed(scope: Scope, name: bytes) -> list[str]:
    """The items of a header that is a list, however often it is there."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return [item.strip() for value in values for item in value.split(",") if item.strip()]


def address(text: str) -> Address | None:
    """An IP address, without the port that some proxies add; None where it is none."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    for candidate in (bare, bare.rpartition(":")[0]):
        try:
            found = ipaddress.ip_address(candidate)
        except ValueError:
            continue
        return getattr(found, "ipv4_mapped", None) or found
    return None
