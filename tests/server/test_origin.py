from __future__ import annotations

import pytest

from lazyflow.server.caller import Caller
from lazyflow.server.origin import refusal


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:20500", None),
        ("localhost:20500", None),
        ("[::1]:20500", "http://[::1]:20500"),
        ("LocalHost:20500", "http://localhost:20500"),
        ("127.0.0.1", "http://127.0.0.1"),
    ],
)
def test_this_machine_is_served(host: str, origin: str | None) -> None:
    assert refusal(Caller(address="127.0.0.1", host=host, origin=origin)) is None


@pytest.mark.parametrize("address", ["192.0.2.4", "::ffff:192.0.2.4", "2001:db8::1", ""])
def test_another_machine_is_not_served(address: str) -> None:
    assert refusal(Caller(address=address, host="127.0.0.1:20500", origin=None)) is not None


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_every_loopback_address_is_this_machine(address: str) -> None:
    assert refusal(Caller(address=address, host="127.0.0.1:20500", origin=None)) is None


@pytest.mark.parametrize(
    "host",
    [None, "", "evil.example:20500", "127.0.0.1.evil.example", "localhost@evil.example", "127.0.0.1:20500#x", "["],
)
def test_a_foreign_or_malformed_host_is_refused(host: str | None) -> None:
    assert refusal(Caller(address="127.0.0.1", host=host, origin=None)) is not None


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "http://127.0.0.1:9999", "file://", "http://localhost:20500", "http://[", "x"],
)
def test_a_page_of_another_site_is_refused(origin: str) -> None:
    assert refusal(Caller(address="127.0.0.1", host="127.0.0.1:20500", origin=origin)) is not None


def test_what_comes_through_a_proxy_is_not_this_machine() -> None:
    assert refusal(Caller(address="127.0.0.1", host="127.0.0.1:20500", proxied=True)) is not None
