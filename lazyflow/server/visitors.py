"""The policy of `--insecure`: anybody comes in, and a signed cookie tells one browser from another."""

from __future__ import annotations

import secrets
from http.cookies import SimpleCookie

from itsdangerous import BadData, URLSafeSerializer

from lazyflow.server.access import Everybody, Newcomer
from lazyflow.server.caller import Caller
from lazyflow.server.sessions import SIGNER

COOKIE = "lazyflow_visitor"
SECONDS = 365 * 24 * 3600
"""How long a browser is known after it was last here."""


class Visitors(Everybody):
    """Implements `Policy`: each browser is a person of its own, whose conversations no other sees."""

    def __init__(self, secret: bytes, root: str = "") -> None:
        self._signs = URLSafeSerializer(secret, salt="lazyflow.visitor", signer_kwargs=SIGNER)
        self._path = root or "/"

    def person(self, caller: Caller) -> str | None:
        """`visitor:ID` by the cookie; a program that keeps none is nobody known."""
        known = self._known(caller)
        return f"visitor:{known}" if known else ""

    def newcomer(self, caller: Caller) -> Newcomer | None:
        """A browser that opens a page is known from then on, and for another year where it was known already."""
        if not caller.browses:
            return None
        known = self._known(caller) or secrets.token_urlsafe(16)
        token = self._signs.dumps(known)
        cookie = SimpleCookie({COOKIE: token if isinstance(token, str) else token.decode()})[COOKIE]
        cookie["path"], cookie["max-age"], cookie["samesite"] = self._path, str(SECONDS), "lax"
        cookie["httponly"], cookie["secure"] = True, caller.secure
        return Newcomer(f"visitor:{known}", cookie.OutputString())

    def _known(self, caller: Caller) -> str | None:
        try:
            known = self._signs.loads(caller.cookie_value(COOKIE) or "")
        except BadData:
            return None
        return known if isinstance(known, str) and known else None
