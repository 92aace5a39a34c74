"""The JSON Schema that lets an editor complete and check scenario files.

``python -m tool_sandbox.scenarios.language.schema`` writes it, and that of files of proofs, anew after the vocabulary
has changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from tool_sandbox.scenarios.language.entries import Entry, WrittenProofs, WrittenWorld
from tool_sandbox.scenarios.language.models import FileModel
from tool_sandbox.scenarios.language.servers import WrittenServer

FILE = Path(__file__).parents[1] / "scenario.schema.json"
PROOFS_FILE = FILE.with_name("proofs.schema.json")


class ScenarioFile(FileModel):
    """Scenarios, the worlds they start in, and servers with tools of yours."""

    mcp: dict[str, WrittenServer] = Field({})
    """Name to server that speaks MCP; its tools may be used by every file that is loaded together with this one."""
    worlds: dict[str, WrittenWorld] = Field({})
    """Name to world; they may be used by every file that is loaded together with this one."""
    scenarios: tuple[Entry, ...] = ()
    """The scenarios of this file."""


class _Generator(GenerateJsonSchema):
    """Leaves out what tells people nothing: titles made of names, and defaults that are empty."""

    def field_title_should_be_set(self, _schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default"):
            return super().default_schema(schema)
        given = schema["schema"]
        # The None of a key that is left out cannot be written.
        return self.generate_inner(given["schema"] if given["type"] == "nullable" and "ref" not in given else given)


def scenario_schema() -> dict[str, Any]:
    """The schema of a scenario file."""
    return _schema("Scenarios of tool_sandbox", TypeAdapter(tuple[Entry, ...] | ScenarioFile))


def proofs_schema() -> dict[str, Any]:
    """The schema of a file of proofs."""
    return _schema("Proofs of scenarios of tool_sandbox", TypeAdapter(tuple[WrittenProofs, ...]))


def schema_texts() -> dict[Path, str]:
    """File → schema as it stands there."""
    schemas = {FILE: scenario_schema(), PROOFS_FILE: proofs_schema()}
    return {file: json.dumps(schema, indent=2) + "\n" for file, schema in schemas.items()}


def _schema(title: str, kind: TypeAdapter[Any]) -> dict[str, Any]:
    shown = kind.json_schema(schema_generator=_Generator)
    return {"$schema": _Generator.schema_dialect, "title": title, **shown}


if __name__ == "__main__":
    for path, text in schema_texts().items():
        path.write_text(text, encoding="utf-8")
