"""The guard that keeps tests off the network."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable

import pytest

from tests import network
from tests.waiting import HANG

BEYOND = "192.0.2.1"  # a documentation address, RFC 5737


def test_refuses_a_connection_beyond_this_machine(blocked_network: list[str]) -> None:
    with socket.socket() as plain, pytest.raises(network.NetworkBlockedError, match="loopback addresses only"):
        plain.connect((BEYOND, 80))
    assert blocked_network == [repr(BEYOND)]
    blocked_network.clear()


def test_refuses_a_datagram_beyond_this_machine(blocked_network: list[str]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as plain, pytest.raises(network.NetworkBlockedError):
        plain.sendto(b"hello", (BEYOND, 53))
    blocked_network.clear()


@pytest.mark.parametrize("look_up", [lambda host: socket.getaddrinfo(host, 443), socket.gethostbyname])
def test_refuses_to_look_up_a_name(look_up: Callable[[str], object], blocked_network: list[str]) -> None:
    with pytest.raises(network.NetworkBlockedError, match=r"example\.org"):
        look_up("example.org")
    blocked_network.clear()


async def test_refuses_asyncio_too(blocked_network: list[str]) -> None:
    with pytest.raises(network.NetworkBlockedError):
        await asyncio.open_connection("example.org", 443)
    with pytest.raises(network.NetworkBlockedError):
        await asyncio.open_connection(BEYOND, 443)
    blocked_network.clear()


def test_notes_what_was_refused_when_a_library_swallows_the_error(blocked_network: list[str]) -> None:
    def careless() -> None:
        try:
            socket.create_connection((BEYOND, 443), timeout=HANG)
        except OSError:
            return

    thread = threading.Thread(target=careless)
    thread.start()
    thread.join()
    assert repr(BEYOND) in blocked_network
    blocked_network.clear()


async def test_lets_loopback_through() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port, family=socket.AF_INET)
        assert await reader.read() == b"hello"
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("host", [None, "", "localhost", "127.0.0.1", "127.3.2.1", "::1", b"localhost", "0.0.0.0"])
def test_counts_as_local(host: object) -> None:
    assert network.is_local(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "8.8.8.8", "2001:db8::1", "localhost.example.org", "169.254.169.254"])
def test_counts_as_beyond(host: object) -> None:
    assert not network.is_local(host)


def test_hides_the_keys_of_whoever_runs_the_tests() -> None:
    left = [name for name in os.environ if name.endswith(("_API_KEY", "_TOKEN"))]
    assert left == []


def test_gives_every_test_a_home_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert os.environ["HOME"].startswith(str(tmp_path_factory.getbasetemp()))
    assert os.environ["XDG_CACHE_HOME"].startswith(os.environ["HOME"])
