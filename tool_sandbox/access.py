"""Who may ask a server of this package: this machine alone, or whoever knows its token."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from starlette.types import Send


@frozen
class Refusal:
    """Why somebody is not answered."""

    status: int
    """In HTTP's numbers."""
    text: str


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refusal(host: str, given: str, token: str | None, *, remedy: str) -> Refusal | None:
    """Why a request is not answered; ``None`` when it is.

    A page elsewhere can have its name lead here (DNS rebinding): without a token, only this machine's own names count.

    Args:
        host: To whom the request says it goes.
        given: The token that came with it.
        token: The one that is asked for, if any.
        remedy: What to do without it.
    """
    if token is None:
        return None if is_loopback(host) else Refusal(421, f"{host!r} is not this machine.")
    if secrets.compare_digest(given.encode(), token.encode()):
        return None
    return Refusal(403, remedy)


def with_headers(send: Send, headers: Mapping[str, str]) -> Send:
    """What sends an answer with these headers added."""
    added = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return sending
