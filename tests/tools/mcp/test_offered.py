from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest
from mcp_types import Tool, ToolAnnotations

from tool_sandbox.cli.tools import signature_of
from tool_sandbox.common.tool_conversion import convert_to_openai_tool
from tool_sandbox.errors import UsageError
from tool_sandbox.tools.mcp.address import ServerAddress
from tool_sandbox.tools.mcp.offered import tools_of

READS = ToolAnnotations(read_only_hint=True)


class FakeServer:
    """Offers what it is given, and repeats what it is called with."""

    def __init__(self, listed: list[Tool], writes: bool | None = None) -> None:
        self._listed = listed
        self.address = ServerAddress(name="library", source="a.yaml", line=3, command=("it",), writes=writes)
        self.stops = 0

    def tools(self) -> list[Tool]:
        return self._listed

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Any:
        return tool, dict(arguments)

    def stop(self) -> None:
        self.stops += 1


def listed(name: str = "find", *, reads: bool = True, description: str = "Find.", **schema: Any) -> Tool:
    return Tool(
        name=name,
        description=description,
        input_schema={"type": "object", **schema},
        annotations=READS if reads else None,
    )


def offered(*tools: Tool, writes: bool | None = None) -> ModuleType:
    server: Any = FakeServer(list(tools), writes)
    return tools_of(server)


SCHEMAS: dict[str, dict[str, Any]] = {
    "text": {"type": "string", "description": "A text."},
    "number": {"type": "number"},
    "count": {"type": "integer"},
    "flag": {"type": "boolean"},
    "choice": {"enum": ["a", "b"], "type": "string", "description": "One of two."},
    "several": {"type": "array", "items": {"type": "string"}},
    "inside": {"type": "object", "properties": {"a": {"type": "integer", "minimum": 3}}, "required": ["a"]},
    "bounded": {"type": "integer", "minimum": 1, "maximum": 9},
    "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    "anything": {},
}


def test_a_model_is_shown_the_schema_that_the_server_tells() -> None:
    module = offered(listed(properties=SCHEMAS, required=["text", "inside"]))
    shown = convert_to_openai_tool(module.find)["function"]
    assert (shown["name"], shown["description"]) == ("find", "Find.")
    assert shown["parameters"]["properties"] == SCHEMAS
    assert sorted(shown["parameters"]["required"]) == ["inside", "text"]


def test_people_are_shown_types_as_of_our_own_tools() -> None:
    find = offered(listed(properties={key: SCHEMAS[key] for key in ("several", "choice", "bounded")})).find
    assert signature_of("find", find) == "find(several: list[str] = …, choice: Literal['a', 'b'] = …, bounded: Any = …)"


def test_what_a_schema_refers_to_is_put_in_its_place() -> None:
    person = {"type": "object", "properties": {"name": {"type": "string"}}}
    schema: dict[str, Any] = {"properties": {"who": {"$ref": "#/$defs/Person"}}, "$defs": {"Person": person}}
    module = offered(listed(**schema))
    assert convert_to_openai_tool(module.find)["function"]["parameters"]["properties"] == {"who": person}


def test_a_schema_that_allows_anything_is_one_too() -> None:
    module = offered(listed(properties={"any": True}))
    assert convert_to_openai_tool(module.find)["function"]["parameters"]["properties"] == {"any": {}}


def test_a_docstring_that_describes_its_parameters_does_so() -> None:
    text = "Find.\n\nArgs:\n    title: Words of it."
    module = offered(listed(description=text, properties={"title": {"type": "string"}}))
    shown = convert_to_openai_tool(module.find)["function"]
    assert shown["description"] == "Find."
    assert shown["parameters"]["properties"]["title"]["description"] == "Words of it."


def test_a_call_sends_what_was_given_and_the_defaults_that_the_server_told() -> None:
    kinds = {"title": {"type": "string"}, "limit": {"type": "integer", "default": 3}, "kind": {"type": "string"}}
    find = offered(listed(properties=kinds, required=["title"])).find
    assert find(title="Dune") == ("find", {"title": "Dune", "limit": 3})
    assert find(title="Dune", limit=1, kind="new") == ("find", {"title": "Dune", "limit": 1, "kind": "new"})
    with pytest.raises(TypeError, match=r"missing a required (keyword-only )?argument: 'title'"):
        find()


def test_what_may_change_something_has_to_be_spoken_of() -> None:
    both = (listed("find"), listed("borrow", reads=False))
    with pytest.raises(UsageError, match=r"may change something, .*: borrow\. Write 'writes: true'"):
        offered(*both)
    assert not hasattr(offered(*both, writes=False), "borrow")
    assert offered(*both, writes=True).borrow() == ("borrow", {})


def test_a_server_without_a_tool_that_can_be_offered_is_refused() -> None:
    with pytest.raises(UsageError, match="offers no tool that only reads"):
        offered(listed("borrow", reads=False), writes=False)
    with pytest.raises(UsageError, match="offers no tool"):
        offered()


def test_a_parameter_that_cannot_be_named_in_python_is_refused() -> None:
    with pytest.raises(UsageError, match=r"the tool 'find' of .* cannot be offered: its parameter 'class' is no name"):
        offered(listed(properties={"class": {"type": "string"}}))


def test_a_server_is_stopped_after_it_told_its_tools() -> None:
    server: Any = FakeServer([listed()])
    tools_of(server)
    assert server.stops == 1


def test_a_tool_is_told_apart_by_what_the_server_says_of_it() -> None:
    one, same, other = (offered(listed(description=text)).find.mcp_digest for text in ("Find.", "Find.", "Look."))
    assert one == same != other
