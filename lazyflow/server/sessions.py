"""Who is logged in: signed tokens in a cookie, good until they expire or the person's password changes."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer

COOKIE = "lazyflow_session"
SECONDS = 14 * 24 * 3600


class Sessions:
    """Makes and reads tokens. A token names its user and the hash that stood for them when it was made."""

    def __init__(self, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.serializer = URLSafeTimedSerializer(secret, salt="lazyflow.session", signer_kwargs=SIGNER)

    def token(self, user: str, users: Mapping[str, str]) -> str:
        """A token for a user who has just proved who they are."""
        token = self.serializer.dumps([user, mark(users[user])])
        return token if isinstance(token, str) else token.decode()

    def user(self, token: str | None, users: Mapping[str, str]) -> str | None:
        """Whose token this is; None where it is forged, too old, or the user or their password has changed."""
        if not token:
            return None
        try:
            content, made = self.serializer.loads(token, return_timestamp=True)
        except BadData:
            return None
        # A clock that is set back must not log people out whose token is then from the future.
        if abs(self.clock() - made.timestamp()) > SECONDS:
            return None
        match content:
            case [str(user), str(marked)] if user in users and hmac.compare_digest(marked, mark(users[user])):
                return user
        return None


SIGNER = {"key_derivation": "hmac", "digest_method": hashlib.sha256}


def mark(hashed: str) -> str:
    """A fingerprint of a password's hash."""
    return hashlib.sha256(hashed.encode()).hexdigest()[:16]


def kept_secret(folder: Path) -> bytes:
    """The key that signs tokens: made once, readable by its owner alone, so that a restart logs nobody out."""
    path = folder / "session.key"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    except OSError:
        # Nowhere to keep it: sessions last as long as the process.
        return secrets.token_bytes(32)
    with os.fdopen(descriptor, "wb") as file:
        secret = secrets.token_bytes(32)
        file.write(secret)
    return secret
