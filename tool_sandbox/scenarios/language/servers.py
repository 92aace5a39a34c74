"""Servers with tools of a user's own, as a scenario file names them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StrictBool, StrictFloat, model_validator

from tool_sandbox.scenarios.language.document import Document, Mapping, Place
from tool_sandbox.scenarios.language.fields import OneOrMany, Text
from tool_sandbox.scenarios.language.models import NAME, FileModel, described, problem, read
from tool_sandbox.tools.mcp.address import ServerAddress


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise problem(f"{text!r} is no address; expected one that begins with http:// or https://.")
    return text


class WrittenServer(FileModel):
    """A server that speaks MCP, by 'command' or 'url'."""

    command: OneOrMany[Text] = Field((), examples=[["python", "-m", "my_server"]])
    """The program that is started for a run, and its arguments; 'python' is the one that runs tool_sandbox."""
    url: Annotated[Text, AfterValidator(_url)] | None = Field(None, examples=["http://127.0.0.1:8000/mcp"])
    """Where a server runs already, in place of a command."""
    writes: StrictBool | None = None
    """Whether tools that do not say readOnlyHint are offered, too; where there are some, it has to be said."""
    environment: OneOrMany[Text] = ()
    """Names of the variables that the command gets, beside those which any program needs."""
    timeout: Annotated[StrictFloat, Field(ge=0.1)] = 60.0
    """Seconds for one answer; --tool-timeout holds, too."""

    @model_validator(mode="after")
    def _has_one_place(self) -> Self:
        if bool(self.command) == bool(self.url):
            raise problem("expected 'command' or 'url', one of them.")
        return self


def read_servers(documents: Iterable[Document]) -> dict[str, ServerAddress]:
    """The servers that files name under ``mcp``, by their names.

    Raises:
        ScenarioError: One is not written as it should be, or its name is taken.
    """
    found: dict[str, ServerAddress] = {}
    for document in documents:
        content = document.content
        if isinstance(content, Mapping) and "mcp" in content:
            place = document.place().inside("mcp", content.lines["mcp"])
            if not isinstance(content["mcp"], Mapping):
                raise place.error(f"expected a mapping of names to servers; got {described(content['mcp'])}.")
            for name, written in content["mcp"].items():
                here = place.inside(name, content["mcp"].lines[name])
                if name in found:
                    raise here.error(f"there is a server {name!r} already; choose another name.")
                found[name] = _address(document, name, read(WrittenServer, written, here), here)
    return found


def _address(document: Document, name: str, written: WrittenServer, place: Place) -> ServerAddress:
    if not re.match(NAME, name):
        raise place.error(f"{name!r} must be letters, digits and underscores.")
    return ServerAddress(
        name=name,
        source=document.file,
        line=place.line,
        command=written.command,
        url=written.url,
        folder=document.path.parent.resolve() if document.path else None,
        environment=written.environment,
        writes=written.writes,
        timeout=written.timeout,
    )
