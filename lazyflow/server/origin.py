"""Whether a request comes from this machine and our own page: the guard against DNS rebinding and foreign sites."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from lazyflow.server.caller import Caller


def refusal(caller: Caller) -> str | None:
    """Why a server without access control does not serve `caller`; None where it does.

    Only loopback peers that name a loopback host are served, and a browser only from a page of this very server.
    """
    if not is_loopback(caller.address):
        return "This app is served to its own machine only."
    name = host_name(caller.host)
    if name is None or not is_loopback(name):
        return "The Host header is not this server's own."
    if caller.proxied:
        return "The request comes through a proxy; an app behind one needs `auth`."
    return foreign_page(caller)


def foreign_page(caller: Caller) -> str | None:
    """Why a page of another site is refused; None for our own pages, and for programs, which send no Origin."""
    if caller.origin is not None and origin_netloc(caller.origin) != (caller.host or "").lower():
        return "The request comes from a page of another site."
    return None


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's loopback."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def host_name(header: str | None) -> str | None:
    """The host of a Host header, without its port; None where it is missing or malformed."""
    if not header or any(character in header for character in "/@?#\\ "):
        return None
    try:
        return urlsplit(f"//{header}").hostname
    except ValueError:
        return None


def origin_netloc(origin: str) -> str | None:
    """Host and port of an Origin header; None for `null` and anything that is no web origin."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc.lower() if parts.scheme in {"http", "https"} and parts.netloc else None
