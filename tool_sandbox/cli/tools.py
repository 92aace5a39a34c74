"""The tools there are, and everything about one of them."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from attrs import asdict, frozen

from tool_sandbox.cli.columns import Column
from tool_sandbox.cli.listing import chosen, print_json, print_lines, print_listing
from tool_sandbox.cli.live.loading import Loading
from tool_sandbox.common.counted import counted
from tool_sandbox.common.not_given import NOT_GIVEN
from tool_sandbox.common.signatures.docstrings import described
from tool_sandbox.common.tool_conversion import augmented_parameters, convert_to_openai_tool
from tool_sandbox.common.tool_discovery import ToolBackend, domain_of, get_all_tools, place_of
from tool_sandbox.registry.sources import scenarios_of
from tool_sandbox.scenarios.presentations import base_name

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.registry.settings import RunSettings

_COLUMNS = (
    Column("tool"),
    Column("what it does", is_prose=True),
    Column("domain", left_out=2),
    Column("needs", left_out=1),
    Column("scenarios", is_number=True, left_out=3),
)
_NEEDED = re.compile(r"(?:^|(?<=[.!?]\s))([^.!?]+?) must be (on|off)\b[^.!?]*[.!?]?")
_SENTENCE = re.compile(r".+?[.!?](?=\s|$)")


@frozen(kw_only=True)
class ToolDescription:
    """A tool as authors of scenarios want to know it."""

    name: str
    summary: str
    """The first sentence of its docstring."""
    domain: str
    """The module that it stands in."""
    needs: tuple[str, ...]
    """What has to be on or off, as its docstring says."""
    signature: str
    docstring: str
    callers: tuple[str, ...]
    """The roles that may call it."""
    source: str
    """File and line."""
    shown: Mapping[str, Any]
    """What the model is shown: name, description and JSON Schema of the parameters."""
    scenarios: tuple[str, ...] = ()
    """The scenarios that need it, each without its presentation."""

    @classmethod
    def of(cls, name: str, tool: Callable[..., Any], scenarios: Sequence[str] = ()) -> ToolDescription:
        """What there is to know about a tool.

        Args:
            name: The name under which it is offered.
            tool: The tool itself.
            scenarios: Those that need it.
        """
        text = inspect.getdoc(tool) or ""
        about = described(text, ()).description
        return cls(
            name=name,
            summary=first_sentence(about),
            domain=domain_of(tool),
            needs=tuple(f"{what.strip().lower()} {state}" for what, state in _NEEDED.findall(about)),
            signature=signature_of(name, tool),
            docstring=text,
            callers=tuple(str(role) for role in getattr(tool, "visible_to", ())),
            source=place_of(tool),
            shown=convert_to_openai_tool(tool, name)["function"],
            scenarios=tuple(scenarios),
        )

    def lines(self) -> Iterator[str]:
        """Everything about the tool, for people."""
        yield self.signature
        yield f"  domain   {self.domain}"
        yield f"  needs    {', '.join(self.needs) or 'nothing that its docstring names'}"
        yield f"  callers  {', '.join(self.callers)}"
        yield f"  source   {self.source}"
        yield ""
        yield from (f"  {line}".rstrip() for line in self.docstring.splitlines())
        yield ""
        yield "What the model is shown"
        yield from (f"  {line}" for line in json.dumps(self.shown, indent=2, ensure_ascii=False).splitlines())
        yield ""
        yield f"Needed in {counted(len(self.scenarios), 'scenario')}: {', '.join(self.scenarios) or 'none'}"


def show_tools(names: Sequence[str], settings: RunSettings, *, as_json: bool) -> None:
    """Print a list of all tools, or everything about some.

    Args:
        names: The tools, by name or glob; all of them when empty.
        settings: Where tools and the scenarios that need them come from.
        as_json: Print one JSON object.

    Raises:
        UsageError: A source cannot be loaded, or there is no such tool.
    """
    with Loading.at_a_terminal("loading tools"):
        needing = _needing(scenarios_of(settings))
        tools = get_all_tools(ToolBackend.DEFAULT)
        told = [
            ToolDescription.of(name, tools[name], needing.get(name, ()))
            for name in chosen(names, tools, "tool", "--tools-from")
        ]
    if as_json:
        print_json({"tools": [asdict(each) for each in told]})
    elif names:
        for number, each in enumerate(told):
            print_lines([*([""] if number else []), *each.lines()])
    else:
        rows = [
            (each.name, each.summary, each.domain, ", ".join(each.needs), str(len(each.scenarios))) for each in told
        ]
        print_listing(_COLUMNS, rows, f"{counted(len(rows), 'tool')}; 'tool_sandbox tools NAME' tells more of one")


def signature_of(name: str, tool: Callable[..., Any]) -> str:
    """The head of a function as it is written in Python, with what may be left out as ``…``."""
    parameters = ", ".join(map(_parameter, augmented_parameters(tool)))
    returned = inspect.signature(tool).return_annotation
    gives = "" if returned is inspect.Signature.empty else f" -> {_annotation(returned)}"
    return f"{name}({parameters}){gives}"


def first_sentence(text: str) -> str:
    """The first sentence of the first paragraph."""
    paragraph = " ".join(text.partition("\n\n")[0].split())
    found = _SENTENCE.match(paragraph)
    return found[0] if found else paragraph


def _parameter(parameter: inspect.Parameter) -> str:
    plain = parameter.replace(annotation=inspect.Parameter.empty, default=inspect.Parameter.empty)
    kind = "" if parameter.annotation is inspect.Parameter.empty else f": {_annotation(parameter.annotation)}"
    if parameter.default is inspect.Parameter.empty:
        return f"{plain}{kind}"
    default = "…" if parameter.default is NOT_GIVEN else repr(parameter.default)
    return f"{plain}{kind} = {default}" if kind else f"{plain}={default}"


def _annotation(annotation: Any) -> str:
    """A type in short; what else ``Annotated`` holds stands in the schema."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return re.sub(r"\btyping\.", "", text)


def _needing(scenarios: Mapping[str, Scenario]) -> dict[str, list[str]]:
    """Tool → the scenarios that need it, by their names without a presentation."""
    found: dict[str, list[str]] = {}
    for name in scenarios:
        if base_name(name) == name:
            for tool in scenarios[name].starting_context.tool_allow_list or ():
                found.setdefault(tool, []).append(name)
    return found
