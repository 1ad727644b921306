from __future__ import annotations

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters

from lazyflow.server.passwords import Passwords

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
USERS = {"ann": CHEAP.hash("open sesame"), "bob": CHEAP.hash("other words")}


class Counting(PasswordHasher):
    """Notes how much work each verification takes."""

    def __init__(self) -> None:
        super().__init__()
        self.work: list[Parameters] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override] # noqa: A002 - argon2's name
        self.work.append(extract_parameters(hash if isinstance(hash, str) else hash.decode()))
        return super().verify(hash, password)


@pytest.mark.parametrize(
    ("user", "password", "fits"),
    [
        ("ann", "open sesame", True),
        ("ann", "wrong", False),
        ("bob", "open sesame", False),
        ("nobody", "wrong", False),
        ("nobody", "open sesame", False),
        ("", "", False),
    ],
)
def test_who_is_not_known_costs_the_work_of_a_wrong_password(user: str, password: str, *, fits: bool) -> None:
    passwords = Passwords()
    passwords.hasher = counting = Counting()
    assert passwords.fit(USERS, user, password) is fits
    assert counting.work == [extract_parameters(USERS["ann"])]


def test_an_app_that_has_no_users_any_more_lets_nobody_in() -> None:
    passwords = Passwords()
    passwords.hasher = counting = Counting()
    assert not passwords.fit({}, "nobody", "nobody")
    assert len(counting.work) == 1
