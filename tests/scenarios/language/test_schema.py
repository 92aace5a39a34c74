from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios import writing
from tests.scenarios.language.test_reader import GOOD, MISTAKES
from tool_sandbox.errors import ScenarioError
from tool_sandbox.scenarios.language.document import read_file, read_text
from tool_sandbox.scenarios.language.schema import proofs_schema, scenario_schema, schema_texts
from tool_sandbox.scenarios.library import DATA, scenario_files


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema = importlib.import_module("jsonschema")
    schema = scenario_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_shipped_schemas_are_those_of_the_vocabulary() -> None:
    for file, text in schema_texts().items():
        assert file.read_text(encoding="utf-8") == text, "run python -m tool_sandbox.scenarios.language.schema"
        json.loads(text)


@pytest.mark.parametrize("file", sorted(DATA.glob("*.proofs.yaml")), ids=lambda file: file.stem)
def test_bundled_proofs_fit_their_schema(file: Path) -> None:
    jsonschema = importlib.import_module("jsonschema")
    validator = jsonschema.Draft202012Validator(proofs_schema())
    assert [error.message for error in validator.iter_errors(read_file(file).content)] == []


@pytest.mark.parametrize("file", scenario_files(DATA), ids=lambda file: file.stem)
def test_bundled_files_fit_the_schema(validator: Any, file: Path) -> None:
    assert [error.message for error in validator.iter_errors(read_file(file).content)] == []


@pytest.mark.parametrize(
    "mistake",
    [m for m in MISTAKES if ("means nothing" in m[4] and "within" not in m[3]) or "'usr'" in m[4] or m[3] == "tags[0]"],
)
def test_editors_see_unknown_keys_and_wrong_kinds(validator: Any, mistake: tuple[str, str, int, str, str]) -> None:
    good, bad, *_ = mistake
    content = read_text((GOOD + "\n").replace(good, bad, 1)).content
    assert list(validator.iter_errors(content))


@pytest.mark.parametrize(
    "step", ["say: Done.", "search_contacts", "search_contacts: {name: {from: add_contact, take: 0}}"]
)
def test_what_the_schema_takes_as_a_step_the_loader_reads(validator: Any, tmp_path: Path, step: str) -> None:
    text = writing.entry("[{said: Done, match: likeness}]", solution=f"[add_contact, {step}, say: Done]")
    assert list(validator.iter_errors(read_text(text).content)) == []
    try:
        writing.library(tmp_path, text)
    except ScenarioError as error:
        pytest.fail(str(error))


def test_editors_are_told_what_every_key_means() -> None:
    models = scenario_schema()["$defs"]
    named = (
        "Entry",
        "Variant",
        "User",
        "WrittenMilestone",
        "WrittenMinefield",
        "Check",
        "Using",
        "WrittenWorld",
        "Say",
    )
    silent = [
        f"{name}.{key}"
        for name in named
        for key, shown in models[name]["properties"].items()
        if "description" not in shown
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("- {name: a, user: {knows: b, says: c}}", True),
        ("- {name: a, user: {knows: b}}", False),
        ("- {name: a, log: []}", True),
        ("- {name: a}", False),
        ("- {name: a, user: {knows: b, says: c}, variants: [{name: d, user: {says: e}}]}", True),
        ("- {name: a, log: [], milestones: [{after: b, said: c}, {after: [], said: c}]}", True),
        ("- {name: a, log: [], milestones: [{id: b}]}", False),
        ("- {name: a, log: [], milestones: [{said: b, requested: c}]}", False),
        ("- {name: a, log: [], categories: canonicalisation}", False),
        ("worlds: {a: {like: base, people: {b: null}}}", True),
        ("worlds: {a: {zone: UTC}}", False),
    ],
)
def test_editors_see_what_goes_together(validator: Any, text: str, fits: bool) -> None:
    assert validator.is_valid(read_text(text).content) is fits
