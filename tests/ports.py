"""Ports for servers that have to be told theirs; whoever can take port 0 does that instead."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path

LOWEST = 10_000
GIVEN_OUT = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """A loopback port where nobody listens, below those that the system gives out to every connection meanwhile."""
    first = int(GIVEN_OUT.read_text(encoding="utf-8").split()[0]) if GIVEN_OUT.exists() else 32_768
    while True:
        port = LOWEST + secrets.randbelow(max(first - LOWEST, 1_000))
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
