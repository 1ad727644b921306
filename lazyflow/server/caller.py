"""Who sends a request, as far as its first bytes tell."""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Scope

BEARER = "bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The peer's address and what the request says of itself. A header that is given twice counts as empty."""

    address: str = ""
    method: str = "GET"
    path: str = "/"
    host: str | None = None
    origin: str | None = None
    accept: str = ""
    cookie: str = ""
    authorization: str = ""
    proxied: bool = False
    secure: bool = False

    @classmethod
    def of(cls, scope: Scope) -> Caller:
        """The caller of an ASGI request."""
        client = scope.get("client")
        names = {name for name, _ in scope["headers"]}
        return cls(
            address=client[0] if client else "",
            method=scope.get("method", "GET"),
            path=scope["path"],
            host=header(scope, b"host"),
            origin=header(scope, b"origin"),
            accept=header(scope, b"accept") or "",
            cookie=header(scope, b"cookie") or "",
            authorization=header(scope, b"authorization") or "",
            secure=scope.get("scheme") in {"https", "wss"},
            proxied=bool(names & {b"forwarded", b"x-forwarded-for", b"x-real-ip"}),
        )

    @property
    def browses(self) -> bool:
        """Whether a person opens a page, rather than a program calling the API."""
        return self.method in {"GET", "HEAD"} and "text/html" in self.accept

    @property
    def key(self) -> str | None:
        """The API key that the request carries."""
        if not self.authorization.lower().startswith(BEARER):
            return None
        return self.authorization[len(BEARER) :].strip()

    def cookie_value(self, name: str) -> str | None:
        """The value of a cookie."""
        try:
            found = SimpleCookie(self.cookie).get(name)
        except CookieError:
            return None
        return found.value if found else None


def header(scope: Scope, name: bytes) -> str | None:
    """The value of a header; the empty string where it is there more than once."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    if not values:
        return None
    return values[0] if len(values) == 1 else ""
