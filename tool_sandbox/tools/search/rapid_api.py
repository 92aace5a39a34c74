"""The live services, for runs that want today's real world and have a key."""

from __future__ import annotations

import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from attrs import Factory, define, field, frozen

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
    _answers: OrderedDict[tuple[Any, ...], Reply] = field(factory=OrderedDict, init=False, repr=False, eq=False)
    _lock: threading.Lock = field(default=Factory(threading.Lock), init=False, repr=False, eq=False)

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
        question = (clock.now(), url, tuple(sorted((name, str(value)) for name, value in params.items())))
        reply = self._known(question)
        if reply is None:
            reply = self.fetch(url, params, {**headers, "X-RapidAPI-Key": key}, self.timeout)
            self._remember(question, reply)
        return _decoded(reply, urlsplit(url).netloc)

    def _known(self, question: tuple[Any, ...]) -> Reply | None:
        with self._lock:
            return self._answers.get(question)

    def _remember(self, question: tuple[Any, ...], reply: Reply) -> None:
        if reply.status >= 400:  # noqa: PLR2004 -- where HTTP's refusals begin
            return
        with self._lock:
            self._answers[question] = reply
            if len(self._answers) > ANSWERS_KEPT:
                self._answers.popitem(last=False)


def _decoded(reply: Reply, host: str) -> dict[str, Any]:
    if reply.status >= 400:  # noqa: PLR2004 -- where HTTP's refusals begin
        message = f"{host} refused the search with HTTP status {reply.status}; try again later."
        raise ConnectionError(message)
    try:
        answer = json.loads(reply.body)
    except ValueError as error:
        message = f"{host} answered with something other than JSON; try again later."
        raise ConnectionError(message) from error
    if not isinstance(answer, dict):
        message = f"{host} answered with a JSON {type(answer).__name__} instead of an object; try again later."
        raise ConnectionError(message)
    return answer
