"""Where a ``direct:`` model is: the one reading of ``direct:URL/MODEL``, ``direct:MODEL@URL`` and ``direct:MODEL``."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from attrs import field, frozen

from tool_sandbox.errors import SettingsError
from tool_sandbox.redaction import MASK, is_secret_query, redact_text

PREFIX = "direct:"
CHAT = "/chat/completions"
FORMS = "write direct:http://HOST:PORT/v1/MODEL, or direct:MODEL@http://HOST:PORT/v1"

_URL = re.compile(
    r"(?P<scheme>https?)://(?:(?P<userinfo>[^/?#\s]*)@)?(?P<host>\[[0-9a-f:.]+\]|[^\s/?#:@\[\]]+)(?P<port>:\d{1,5})?"
    r"(?P<path>/[^?#\s]*)?(?:\?(?P<query>[^#\s]*))?",
    re.IGNORECASE,
)
_ANY_URL = re.compile(r"[a-z][a-z0-9+.-]*://((?P<userinfo>[^/?#\s]*)@)?[^?#]*(\?(?P<query>[^#\s]*))?", re.IGNORECASE)
_NAME_AT_URL = re.compile(r"(?P<model>.*?)@(?P<url>[a-z][a-z0-9+.-]*://.*)", re.IGNORECASE | re.DOTALL)
_HOST_WITHOUT_SCHEME = re.compile(
    r"(localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])(:\d+)?(/.*)?|[\w.-]+:\d+/.*|[\w-]+(\.[\w-]+)+/(.*/)?v\d+/.*",
    re.IGNORECASE | re.DOTALL,
)
_VERSION = re.compile(r"v\d+\w*", re.IGNORECASE)


@frozen(kw_only=True)
class Endpoint:
    """An OpenAI-compatible server, taken apart."""

    url: str = field(repr=False)
    """Where chats are posted, without a user and a password; keys in its query stay."""
    shown: str
    """The base URL for records and messages, without any secret."""
    authorization: str | None = field(default=None, repr=False)
    """The header that the user and the password of the URL come to."""

    @classmethod
    def parse(cls, base: str) -> Endpoint:
        """The server at a base URL.

        Raises:
            SettingsError: It is not an http or https URL.
        """
        parts = _URL.fullmatch(base.strip())
        if parts is None or int((parts["port"] or ":1")[1:]) not in range(1, 65536):
            message = (
                f"{redact_text(base)!r} is not an address of a server; expected a URL such as http://127.0.0.1:8000/v1."
            )
            raise SettingsError(message)
        if parts["userinfo"] and MASK in parts["userinfo"]:
            message = (
                f"the password in {redact_text(base)!r} is not kept in a run directory; give it again with "
                "--param api_key=… or --param api_base=URL."
            )
            raise SettingsError(message)
        root = f"{parts['scheme'].lower()}://{parts['host']}{parts['port'] or ''}"
        path = (parts["path"] or "").rstrip("/").removesuffix(CHAT)
        query = f"?{parts['query']}" if parts["query"] else ""
        return cls(url=f"{root}{path}{CHAT}{query}", shown=f"{root}{path}", authorization=_basic(parts["userinfo"]))


@frozen(kw_only=True)
class DirectName:
    """A ``direct:`` model string, read."""

    model: str
    """What the model is called at its server."""
    base: str | None = field(default=None, repr=False)
    """Base URL of the server, with whatever secret it holds; ``None`` where the name does not say it."""

    @classmethod
    def parse(cls, text: str) -> DirectName:
        """The name and the address in a model string.

        In ``direct:URL/MODEL`` the model begins after the last ``/v1/``, or else after the last slash. The model may
        hold ``@``, ``:`` and ``/``.

        Raises:
            SettingsError: A model, a scheme or a host is missing.
        """
        named = text.removeprefix(PREFIX)
        if re.match(r"[a-z][a-z0-9+.-]*://", named, re.IGNORECASE):
            return cls._from_url(text, named)
        if parts := _NAME_AT_URL.fullmatch(named):
            return cls._checked(text, parts["model"], parts["url"])
        _, at, place = named.rpartition("@")
        if _HOST_WITHOUT_SCHEME.fullmatch(named) or (at and (not place or _HOST_WITHOUT_SCHEME.fullmatch(place))):
            raise _refused(text, "its address has no scheme" if place else "there is no address after the @")
        return cls._checked(text, named, None)

    @classmethod
    def _from_url(cls, text: str, url: str) -> DirectName:
        parts = _URL.fullmatch(url)
        if parts is None:
            raise _refused(text, "its address is not an http or https URL")
        path = parts["path"] or ""
        base, _, model = path.rpartition("/v1/") if "/v1/" in path else path.rpartition("/")
        if _VERSION.fullmatch(model) or f"/{model}" == CHAT:
            model = ""
        root = url[: parts.start("path")] if parts["path"] else url
        version = "/v1" if "/v1/" in path else ""
        query = f"?{parts['query']}" if parts["query"] else ""
        return cls._checked(text, model.strip("/"), f"{root}{base}{version}{query}")

    @classmethod
    def _checked(cls, text: str, model: str, base: str | None) -> DirectName:
        if not model.strip():
            raise _refused(text, "it names no model")
        if base is not None and MASK not in base:
            try:
                Endpoint.parse(base)
            except SettingsError:
                raise _refused(text, "its address is not an http or https URL") from None
        return cls(model=model, base=base)


def is_direct(model: str) -> bool:
    """Whether a model string asks for a server without LiteLLM."""
    return model.startswith(PREFIX)


def located(model: str, config: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A model string that may be shown, and the configuration that holds what may not.

    The password of an address moves from the name, which goes into every record, to ``api_base``, which goes into none.

    Args:
        model: As typed.
        config: Configuration keys, see ``llm.settings.ModelSettings``.

    Raises:
        SettingsError: It is a ``direct:`` model whose name, or whose address, has no meaning.
    """
    given = dict(config)
    if not is_direct(model):
        return model, given
    named = DirectName.parse(model)
    if named.base is not None and redact_text(named.base) != named.base and not given.get("base_url"):
        given.setdefault("api_base", named.base)
    return redact_text(model), given


def direct_base(model: str, given: str | None) -> str | None:
    """Where a ``direct:`` model is, by its name and by the ``api_base`` that was set for it.

    Raises:
        SettingsError: They contradict each other, or the password of the name was masked and is not given again.
    """
    named = DirectName.parse(model).base
    if named is None or given is None:
        return named or given
    if redact_text(given).rstrip("/") != redact_text(named).rstrip("/"):
        message = f"{redact_text(model)!r} names its own server, and api_base={redact_text(given)!r} another: give one."
        raise SettingsError(message)
    return given


def url_secrets(url: str) -> tuple[str, ...]:
    """What a URL holds that must not be shown: its password, and keys in its query."""
    parts = _ANY_URL.match(url)
    if parts is None:
        return ()
    user, colon, password = (parts["userinfo"] or "").partition(":")
    hidden = password if colon else user
    keys = [value for name, value in parse_qsl(parts["query"] or "") if is_secret_query(name)]
    return tuple(dict.fromkeys(filter(None, (hidden, unquote(hidden), *keys))))


def _basic(userinfo: str | None) -> str | None:
    if not userinfo:
        return None
    return "Basic " + base64.b64encode(unquote(userinfo).encode()).decode("ascii")


def _refused(text: str, why: str) -> SettingsError:
    return SettingsError(f"{redact_text(text)!r} cannot be asked: {why}; {FORMS}.")
