from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from lazyflow.server.ports import PortUnavailable, bind


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def test_the_port_that_is_named_is_taken_and_held() -> None:
    port = free_port()
    with contextlib.closing(bind("web", "127.0.0.1", [(port, port)])) as listener:
        assert listener.getsockname() == ("127.0.0.1", port)
        with pytest.raises(PortUnavailable):
            bind("web", "127.0.0.1", [(port, port)])


def test_a_busy_port_says_which_and_what_to_do(busy: int) -> None:
    with pytest.raises(PortUnavailable) as caught:
        bind("web", "127.0.0.1", [(busy, busy)])
    assert caught.value.message == f"node 'web': port {busy} on 127.0.0.1 is in use"
    assert "another port or a range" in caught.value.help


def test_a_busy_port_of_a_list_is_passed_over(busy: int) -> None:
    port = free_port()
    with contextlib.closing(bind("web", "127.0.0.1", [(busy, busy), (port, port)])) as listener:
        assert listener.getsockname()[1] == port


def test_both_ends_of_a_range_count(busy: int) -> None:
    with contextlib.closing(bind("web", "127.0.0.1", [(busy, busy + 20)])) as listener:
        assert busy < listener.getsockname()[1] <= busy + 20


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid", "a" * 70])
def test_a_host_that_is_not_ours_is_a_clear_error(host: str) -> None:
    with pytest.raises(PortUnavailable, match=r"host|listen on"):
        bind("web", host, [(20500, 20799)])


def test_ipv6_loopback_is_a_host_like_any_other() -> None:
    with contextlib.closing(bind("web", "::1", [(20500, 20799)])) as listener:
        assert listener.getsockname()[0] == "::1"
