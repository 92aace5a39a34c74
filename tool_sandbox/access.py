"""Who may ask a server of this package: this machine alone, or whoever knows its token."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send


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


class Guard:
    """An ASGI application that lets another one answer what is not refused.

    Args:
        app: The other one.
        refused: Gives the answer to a request that is refused.
        headers: Gives what is added to the headers of every answer to a request.
    """

    def __init__(
        self,
        app: ASGIApp,
        refused: Callable[[Request], ASGIApp | None],
        headers: Callable[[Request], Mapping[str, str]],
    ) -> None:
        self._app, self._refused, self._headers = app, refused, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        from starlette.requests import Request

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        answer = self._refused(request) or self._app
        await answer(scope, receive, _with_headers(send, self._headers(request)))


def _with_headers(send: Send, headers: Mapping[str, str]) -> Send:
    """What sends an answer with these headers added."""
    added = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return sending
