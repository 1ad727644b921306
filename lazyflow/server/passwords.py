"""Passwords as argon2 hashes. An unknown user costs as much time as a wrong password."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lazyflow.errors import LazyflowError


class Passwords:
    """Checks what people type against the hashes of the app's users."""

    def __init__(self) -> None:
        self.hasher = PasswordHasher()

    @cached_property
    def nobody(self) -> str:
        """What a password is compared with where there are no users any more."""
        return self.hasher.hash("nobody")

    def hash(self, password: str) -> str:
        """The hash to write into the environment of an app."""
        return self.hasher.hash(password)

    def fit(self, users: Mapping[str, str], user: str, password: str) -> bool:
        """Whether `user` is one of `users` and this is their password."""
        # Somebody else's hash costs an unknown user the same work as their own would cost them.
        other = next(iter(users.values()), self.nobody)
        try:
            self.hasher.verify(users.get(user, other), password)
        except (VerificationError, InvalidHashError):
            return False
        return user in users


def check_hashes(node: str, users: Mapping[str, str]) -> None:
    """Refuse to start with a password where a hash belongs: nobody could log in, and the file would hold a secret.

    Raises: `LazyflowError`.
    """
    for user, hashed in users.items():
        if not hashed.startswith("$argon2"):
            raise LazyflowError(
                f"node '{node}': what stands for the user '{user}' is no argon2 hash",
                "make one with: lazyflow hash-password",
            )
