"""Refuses every connection and look-up beyond this machine while tests run.

It listens to the interpreter's own audit events, so that it sees asyncio, threads and C code alike, whatever a library
does to the ``socket`` module. An audit hook cannot be taken out again: it lives as long as the test process.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from typing import Any

REFUSED: list[str] = []
"""The addresses refused since the current test began."""

ADDRESS_POSITION = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
HOST_POSITION = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0, "socket.getnameinfo": 0}


class NetworkBlockedError(ConnectionError):
    """A test reached for an address beyond this machine."""


def install() -> None:
    """Switch the guard on for this process."""
    sys.addaudithook(_refuse)


def is_local(host: object) -> bool:
    """Whether a host, as given to the socket functions, stays on this machine."""
    if isinstance(host, bytes):
        host = os.fsdecode(host)
    if host is None or host in {"", "localhost", socket.gethostname()}:
        return True
    if not isinstance(host, str):
        return False
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ADDRESS_POSITION:
        address = arguments[ADDRESS_POSITION[event]]
        if not isinstance(address, tuple):  # a Unix socket's path, or a connected socket's None
            return
        host = address[0]
    elif event in HOST_POSITION:
        named = arguments[HOST_POSITION[event]]
        host = named[0] if isinstance(named, tuple) else named
    else:
        return
    if not is_local(host):
        REFUSED.append(repr(host))
        message = (
            f"A test reached for {host!r} ({event}). Tests talk to loopback addresses only: "
            "start an emulator from tests/providers on 127.0.0.1 or pass a fake at the seam."
        )
        raise NetworkBlockedError(message)
