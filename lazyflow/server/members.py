"""The policy of a web node with `auth`: people who log in, programs with a key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from lazyflow.server.access import Newcomer
from lazyflow.server.caller import Caller
from lazyflow.server.origin import foreign_page
from lazyflow.server.sessions import COOKIE, Sessions
from lazyflow.spec.nodes import Auth


class Members:
    """Implements `Policy`. `auth` gives the users and keys as the file has them now."""

    def __init__(self, auth: Callable[[], Auth], sessions: Sessions) -> None:
        self.auth = auth
        self.sessions = sessions

    def refusal(self, caller: Caller) -> str | None:
        """Only a page of another site is refused outright: a browser would send the cookie along."""
        return foreign_page(caller)

    def person(self, caller: Caller) -> str | None:
        """`user:NAME` by their session, or `key:…` by a fingerprint of the key."""
        auth = self.auth()
        user = self.sessions.user(caller.cookie_value(COOKIE), auth.users)
        if user is not None:
            return f"user:{user}"
        key = caller.key
        if key is None:
            return None
        digest = fingerprint(key)
        # Every key is compared, so that the time does not tell which one came near.
        fits = [hmac.compare_digest(digest, fingerprint(known)) for known in auth.keys]
        return f"key:{digest[:12]}" if any(fits) else None

    def newcomer(self, caller: Caller) -> Newcomer | None:  # noqa: ARG002 - the login gives the cookies
        """See `Policy`."""
        return None


def fingerprint(key: str) -> str:
    """What stands for a key where the key itself must not."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
