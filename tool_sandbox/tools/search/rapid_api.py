"""The live services, for runs that want today's real world and have a key."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from attrs import define, field, frozen

from tool_sandbox import clock

KEY_VARIABLE = "RAPID_API_KEY"
ANSWERS_KEPT = 1024


@frozen
class Reply:
    """What came back over HTTP.

    Args:
        status: HTTP status code.
        body: The text of the answer.
    """

    status: int
    body: str


Fetch = Callable[[str, Mapping[str, Any], Mapping[str, str], float], Reply]
"""Takes url, query parameters, headers and a time limit in seconds; sends a GET request."""


def fetch_over_http(url: str, params: Mapping[str, Any], headers: Mapping[str, str], timeout: float) -> Reply:
    """Send a GET request.

    Raises:
        ConnectionError: No answer came within the time limit.
    """
    import httpx

    try:
        response = httpx.get(url, params=dict(params), headers=dict(headers), timeout=timeout)
    except httpx.HTTPError as error:
        message = f"{urlsplit(url).netloc} cannot be reached ({type(error).__name__}); try again later."
        raise ConnectionError(message) from error
    return Reply(response.status_code, response.text)


@define
class RapidApiSearch:
    """Asks the live services. The same question at the same instant of a world is asked once.

    Args:
        key: The subscription key; ``None`` reads it from the environment at each request.
        timeout: Seconds to wait for an answer.
        fetch: How a request is sent.
    """

    key: str | None = field(default=None, repr=False)
    timeout: float = 10.0
    fetch: Fetch = fetch_over_http
    _kept: Callable[..., str] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Keep the latest answers; a refusal is none."""
        self._kept = lru_cache(ANSWERS_KEPT)(self._answer)

    def get(self, url: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        """The service's answer.

        Raises:
            PermissionError: There is no key.
            ConnectionError: The service cannot be reached, refuses, or does not answer in JSON.
        """
        key = self.key or os.environ.get(KEY_VARIABLE)
        if not key:
            message = f"Live search needs a key; set the environment variable {KEY_VARIABLE}."
            raise PermissionError(message)
        sent = {**headers, "X-RapidAPI-Key": key}
        body = self._kept(clock.now(), url, tuple(params.items()), tuple(sent.items()))
        return _decoded(body, urlsplit(url).netloc)

    def _answer(
        self, _now: float, url: str, params: tuple[tuple[str, Any], ...], headers: tuple[tuple[str, str], ...]
    ) -> str:
        reply = self.fetch(url, dict(params), dict(headers), self.timeout)
        if reply.status >= 400:  # noqa: PLR2004 -- where HTTP's refusals begin
            message = f"{urlsplit(url).netloc} refused the search with HTTP status {reply.status}; try again later."
            raise ConnectionError(message)
        return reply.body


def _decoded(body: str, host: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError as error:
        message = f"{host} answered with something other than JSON; try again later."
        raise ConnectionError(message) from error
    if not isinstance(answer, dict):
        message = f"{host} answered with a JSON {type(answer).__name__} instead of an object; try again later."
        raise ConnectionError(message)
    return answer
