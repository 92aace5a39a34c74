# ruff: noqa: UP007, UP045 -- how a union is spelled is what is tested

from __future__ import annotations

import enum
import hashlib
import inspect
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NewType, Optional, TypedDict, TypeVar, Union

import pydantic
import pydantic.v1
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.common.compatibility import use_original_rules
from tool_sandbox.common.execution_context import (
    ExecutionContext,
    ScenarioCategories,
    get_current_context,
    new_context,
    new_context_with_attribute,
)
from tool_sandbox.common.not_given import NOT_GIVEN, NotGiven
from tool_sandbox.common.signatures.docstrings import described_originally
from tool_sandbox.common.tool_conversion import (
    PYTHON_TO_JSON_TYPES,
    augmented_getdoc,
    augmented_parameters,
    convert_python_function_to_openai_function,
    convert_to_openai_tool,
    convert_to_openai_tools,
    default_parameter_processing,
    maybe_scramble_arg_description,
    maybe_scramble_arg_type,
    maybe_scramble_tool_description,
)
from tool_sandbox.common.tool_discovery import ToolBackend, get_all_tools

TOLD_APART = pytest.mark.skipif(sys.version_info >= (3, 14), reason="X | None and Optional[X] are one there")
TOOLS = get_all_tools(ToolBackend.DEFAULT)
AUGMENTATIONS = [
    ScenarioCategories.TOOL_DESCRIPTION_SCRAMBLED,
    ScenarioCategories.ARG_DESCRIPTION_SCRAMBLED,
    ScenarioCategories.ARG_TYPE_SCRAMBLED,
    ScenarioCategories.ARG_NAME_SCRAMBLED,
    ScenarioCategories.TOOL_NAME_SCRAMBLED,
]
WITHOUT_ARGUMENTS = {
    "get_cellular_service_status",
    "get_current_location",
    "get_location_service_status",
    "get_wifi_status",
    "get_low_battery_mode_status",
    "end_conversation",
    "get_current_timestamp",
}
# Parameters with another type than text, by tool; those without default stand before the bar.
TYPES = {
    "add_contact": ("name:s phone_number:s", "relationship:s is_self:b"),
    "modify_contact": ("person_id:s", "name:s phone_number:s relationship:s is_self:b"),
    "search_contacts": ("", "person_id:s name:s phone_number:s relationship:s is_self:b"),
    "remove_contact": ("person_id:s", ""),
    "send_message_with_phone_number": ("phone_number:s content:s", ""),
    "search_messages": (
        "",
        (
            "message_id:s sender_person_id:s sender_phone_number:s recipient_person_id:s recipient_phone_number:s "
            "content:s creation_timestamp_lowerbound:n creation_timestamp_upperbound:n"
        ),
    ),
    "add_reminder": ("content:s reminder_timestamp:n", "latitude:n longitude:n"),
    "modify_reminder": ("reminder_id:s", "content:s reminder_timestamp:n latitude:n longitude:n"),
    "search_reminder": (
        "",
        (
            "reminder_id:s content:s creation_timestamp_lowerbound:n creation_timestamp_upperbound:n "
            "reminder_timestamp_lowerbound:n reminder_timestamp_upperbound:n latitude:n longitude:n"
        ),
    ),
    "remove_reminder": ("reminder_id:s", ""),
    "set_wifi_status": ("on:b", ""),
    "set_cellular_service_status": ("on:b", ""),
    "set_location_service_status": ("on:b", ""),
    "set_low_battery_mode_status": ("on:b", ""),
    "timestamp_to_datetime_info": ("timestamp:n", ""),
    "datetime_info_to_timestamp": ("year:i month:i day:i hour:i minute:i second:i", ""),
    "shift_timestamp": ("timestamp:n", "weeks:i days:i hours:i minutes:i seconds:i"),
    "timestamp_diff": ("timestamp_0:n timestamp_1:n", ""),
    "seconds_to_hours_minutes_seconds": ("seconds:n", ""),
    "unit_conversion": ("amount:n from_unit:s to_unit:s", ""),
    "calculate_lat_lon_distance": ("latitude_0:n longitude_0:n latitude_1:n longitude_1:n", ""),
    "search_holiday": ("holiday_name:s", "year:i"),
    "search_lat_lon": ("latitude:n longitude:n", ""),
    "search_location_around_lat_lon": ("location:s", "latitude:n longitude:n"),
    "search_weather_around_lat_lon": ("", "days:i latitude:n longitude:n"),
    "search_stock": ("query:s", ""),
    "convert_currency": ("amount:n from_currency_code:s to_currency_code:s", ""),
    **dict.fromkeys(WITHOUT_ARGUMENTS, ("", "")),
}
JSON_TYPES = {"s": "string", "n": "number", "i": "integer", "b": "boolean"}


def converted(function: Any) -> dict[str, Any]:
    return convert_python_function_to_openai_function("f", function)["parameters"]  # type: ignore[no-any-return]


def schema_of(annotation: Any) -> dict[str, Any]:
    def function(x: Any) -> None: ...

    function.__annotations__["x"] = annotation
    return converted(function)["properties"].get("x", {})  # type: ignore[no-any-return]


@pytest.mark.parametrize("original", [True, False])
def test_the_schemas_of_all_tools_have_the_original_names_types_and_order(original: bool) -> None:
    with use_original_rules(original):
        for tool in convert_to_openai_tools(TOOLS):
            function = tool["function"]
            required, optional = TYPES[function["name"]]
            expected = {
                name: JSON_TYPES[letter]
                for name, _, letter in (entry.partition(":") for entry in f"{required} {optional}".split())
            }
            parameters = function["parameters"]
            assert {name: entry["type"] for name, entry in parameters["properties"].items()} == expected
            assert list(parameters["properties"]) == list(expected)
            assert parameters["required"] == [entry.partition(":")[0] for entry in required.split()]
            assert function["description"]
            assert all(entry["description"] for entry in parameters["properties"].values())
            assert all(set(entry) == {"type", "description"} for entry in parameters["properties"].values())


def test_the_schemas_that_published_scores_were_made_with_have_not_changed_by_a_byte() -> None:
    offered = []
    for augmentations in ([], *([augmentation] for augmentation in ScenarioCategories if "SCRAMBLED" in augmentation)):
        with new_context(ExecutionContext(tool_augmentation_list=augmentations)), use_original_rules():
            offered.append(convert_to_openai_tools(TOOLS))
    digest = hashlib.sha256(json.dumps(offered).encode()).hexdigest()
    assert digest == "6f9414ae24d47fbf07444866a17e9394218f6a3e11413afbe3190adff10e055c"


@pytest.mark.parametrize("augmentation", [each for each in AUGMENTATIONS if "ARG_NAME" not in each])
def test_both_rules_describe_our_tools_alike_however_scrambled(augmentation: ScenarioCategories) -> None:
    with new_context(ExecutionContext(tool_augmentation_list=[augmentation])):
        ours = convert_to_openai_tools(TOOLS)
        with use_original_rules():
            assert convert_to_openai_tools(TOOLS) == ours


def test_a_tool_is_offered_under_its_own_or_a_given_name_in_a_fixed_key_order() -> None:
    tool = convert_to_openai_tool(TOOLS["add_contact"])
    assert list(tool) == ["type", "function"]
    assert list(tool["function"]) == ["name", "description", "parameters"]
    assert list(tool["function"]["parameters"]) == ["type", "properties", "required"]
    assert tool["function"]["name"] == "add_contact"
    assert convert_to_openai_tool(TOOLS["add_contact"], "contact_0")["function"]["name"] == "contact_0"


def test_a_schema_can_be_changed_without_harm_to_the_next_one() -> None:
    first = convert_to_openai_tool(TOOLS["add_contact"])
    first["function"]["parameters"]["properties"].clear()
    assert convert_to_openai_tool(TOOLS["add_contact"])["function"]["parameters"]["properties"]


def names_where(augmentation: ScenarioCategories, holds: Any) -> set[str]:
    with new_context(ExecutionContext(tool_augmentation_list=[augmentation])):
        return {name for name, tool in TOOLS.items() if holds(convert_to_openai_tool(tool)["function"])}


def test_scrambled_descriptions_spare_the_tools_without_parameters() -> None:
    kept = names_where(ScenarioCategories.TOOL_DESCRIPTION_SCRAMBLED, lambda function: function["description"])
    assert kept == WITHOUT_ARGUMENTS


def test_scrambled_argument_descriptions_spare_modify_reminder() -> None:
    kept = names_where(
        ScenarioCategories.ARG_DESCRIPTION_SCRAMBLED,
        lambda function: any("description" in entry for entry in function["parameters"]["properties"].values()),
    )
    assert kept == {"modify_reminder"}


def test_scrambled_argument_types_are_gone_everywhere() -> None:
    typed = names_where(
        ScenarioCategories.ARG_TYPE_SCRAMBLED,
        lambda function: any(set(entry) != {"description"} for entry in function["parameters"]["properties"].values()),
    )
    assert typed == set()


def test_scrambled_argument_names_are_numbers_and_all_else_of_a_schema_is_kept() -> None:
    plain = convert_to_openai_tools(TOOLS)
    with new_context_with_attribute(tool_augmentation_list=[ScenarioCategories.ARG_NAME_SCRAMBLED]):
        scrambled = convert_to_openai_tools(TOOLS)
    for before, after in zip(plain, scrambled, strict=True):
        parameters, renamed = before["function"]["parameters"], after["function"]["parameters"]
        opaque = {name: f"arg_{number}" for number, name in enumerate(parameters["properties"])}
        assert list(renamed["properties"]) == list(opaque.values())
        assert renamed["required"] == [opaque[name] for name in parameters["required"]]
        assert all(each["description"] for each in renamed["properties"].values())
        assert [each.get("type") for each in renamed["properties"].values()] == [
            each.get("type") for each in parameters["properties"].values()
        ]


def test_no_scrambled_argument_name_stands_in_a_description() -> None:
    with new_context_with_attribute(tool_augmentation_list=[ScenarioCategories.ARG_NAME_SCRAMBLED]):
        for tool in TOOLS.values():
            text = augmented_getdoc(tool)
            names = [name for name in inspect.signature(tool).parameters if "_" in name]
            assert [name for name in names if name in text] == []
            assert [each.name for each in augmented_parameters(tool) if not each.name.startswith("arg_")] == []


def test_by_the_rules_of_the_original_scrambled_argument_names_change_nothing() -> None:
    plain = convert_to_openai_tools(TOOLS)
    with (
        new_context_with_attribute(tool_augmentation_list=[ScenarioCategories.ARG_NAME_SCRAMBLED]),
        use_original_rules(),
    ):
        assert convert_to_openai_tools(TOOLS) == plain


DOCSTRING = """Do it.

    Args:
        a: First.
        b: Second.

    Returns:
        Something.
    """


def test_scrambling_cuts_what_it_names_out_of_a_docstring() -> None:
    text = inspect.cleandoc(DOCSTRING)
    assert maybe_scramble_tool_description(text, []) == text
    scrambled = maybe_scramble_tool_description(text, [ScenarioCategories.TOOL_DESCRIPTION_SCRAMBLED])
    assert scrambled == text.partition("\n\n")[2]
    without = maybe_scramble_arg_description(text, [ScenarioCategories.ARG_DESCRIPTION_SCRAMBLED])
    assert "First" not in without
    assert without.startswith("Do it.\n\nArgs:\n")
    assert without.endswith("Returns:\n    Something.")


def test_scrambled_types_are_the_type_of_none() -> None:
    parameters = list(inspect.signature(TOOLS["add_contact"]).parameters.values())
    assert maybe_scramble_arg_type(parameters, []) == parameters
    scrambled = maybe_scramble_arg_type(parameters, [ScenarioCategories.ARG_TYPE_SCRAMBLED])
    assert [(p.name, p.annotation) for p in scrambled] == [(p.name, type(None)) for p in parameters]


def test_docstring_and_parameters_follow_the_current_context() -> None:
    both = [ScenarioCategories.ARG_TYPE_SCRAMBLED, ScenarioCategories.TOOL_DESCRIPTION_SCRAMBLED]
    get_current_context().tool_augmentation_list = both
    assert augmented_getdoc(TOOLS["add_contact"]).startswith("Args:")
    assert {param.annotation for param in augmented_parameters(TOOLS["add_contact"])} == {type(None)}


class Point(pydantic.BaseModel):
    x: int
    y: int = 0


class OldPoint(pydantic.v1.BaseModel):
    x: int


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Movie(TypedDict, total=False):
    title: str


T = TypeVar("T", bound=int)
UserId = NewType("UserId", str)


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (str, {"type": "string"}),
        (int | None, {"type": "integer"}),
        (None | float, {"type": "number"}),
        (Optional[Union[int, float]], {"type": "number"}),
        (Union[None, str], {"type": "string"}),
        (str | NotGiven, {"type": "string"}),
        (int | str, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        (int | str | Any, {}),
        (list, {"type": "array", "items": {}}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (Sequence[str | None], {"type": "array", "items": {"type": "string"}}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (tuple[int, int], {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}),
        (dict, {"type": "object"}),
        (dict[str, Any], {"type": "object"}),
        (Mapping[str, bool], {"type": "object", "additionalProperties": {"type": "boolean"}}),
        (list[dict[str, float]] | None, {
            "type": "array",
            "items": {"type": "object", "additionalProperties": {"type": "number"}},
        }),
        (Literal["a", "b"], {"enum": ["a", "b"], "type": "string"}),
        (Literal["a", 1], {"enum": ["a", 1]}),
        (Literal["a"] | None, {"enum": ["a"], "type": "string"}),
        (Color, {"enum": ["red", "blue"], "type": "string"}),
        (Annotated[int, "years"], {"type": "integer"}),
        (T, {"type": "integer"}),
        (UserId, {"type": "string"}),
        (Movie, {"type": "object", "properties": {"title": {"type": "string"}}, "required": []}),
        (Any, {}),
        (object, {}),
        (bytes, {}),
        ("str | None", {"type": "string"}),
        ("list[Point]", {"type": "array", "items": Point.model_json_schema()}),
        ("NoSuchName", {}),
        (Point, Point.model_json_schema()),
        (OldPoint, OldPoint.schema()),
    ],
)  # fmt: skip
def test_annotations_become_json_types(annotation: Any, schema: dict[str, Any]) -> None:
    assert schema_of(annotation) == schema


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (int, {"type": "integer"}),
        (Optional[int], {"type": "integer"}),
        (Union[str, NotGiven], {"type": "string"}),
        (Union[float, int], {"type": "number"}),
        (Union[Optional[float], NotGiven], {"type": "number"}),
        (Optional[Union[int, float]], {}),
        (Union[None, str], {}),
        (Literal["a", 1], {"enum": ["a", 1], "type": "string"}),
        pytest.param(int | None, {}, marks=TOLD_APART),
        (list[int], {}),
        (dict, {}),
        (Any, {}),
        ("str", {}),
        (Point, {}),
        (OldPoint, OldPoint.schema()),
    ],
)
def test_the_original_rules_know_fewer_annotations(annotation: Any, schema: dict[str, Any]) -> None:
    with use_original_rules():
        assert schema_of(annotation) == schema


def test_the_original_rules_refuse_a_literal_of_something_else() -> None:
    with use_original_rules(), pytest.raises(KeyError):
        schema_of(Literal[b"raw"])


def test_variadic_parameters_are_neither_listed_nor_required() -> None:
    def function(a: int, *args: int, b: int = 1, **kwargs: int) -> None: ...

    assert converted(function) == {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a"],
    }
    with use_original_rules():
        assert converted(function)["required"] == ["a", "args", "kwargs"]


def test_a_required_parameter_about_which_nothing_is_known_is_still_listed() -> None:
    def function(a) -> None: ...  # type: ignore[no-untyped-def]  # noqa: ANN001 -- that is the case

    assert converted(function) == {"type": "object", "properties": {"a": {}}, "required": ["a"]}
    with use_original_rules():
        assert converted(function) == {"type": "object", "properties": {}, "required": ["a"]}


def test_a_class_is_described_by_its_constructor() -> None:
    class Robot:
        def __init__(self, name: str) -> None: ...

    assert converted(Robot) == {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


def with_colons(when: str, note: str = "") -> None:
    """Plan something.
    In two lines.

    More about it.

    Args:
        when (str): A time such as
            14:30, or a range: from and to.
        note: Words.

            After a blank line.

    Returns:
        Nothing: really.
    """


def test_what_stands_deeper_belongs_to_the_argument_above_colons_or_not() -> None:
    function = convert_python_function_to_openai_function("f", with_colons)
    assert function["description"] == "Plan something.\nIn two lines. More about it."
    assert {name: entry["description"] for name, entry in function["parameters"]["properties"].items()} == {
        "when": "A time such as 14:30, or a range: from and to.",
        "note": "Words. After a blank line.",
    }


def test_the_original_rules_read_every_colon_as_a_new_argument_up_to_a_blank_line() -> None:
    about = described_originally(inspect.getdoc(with_colons) or "")
    assert about.description == "Plan something.\nIn two lines. More about it."
    assert about.arguments == {
        "when (str)": "A time such as",
        "14": "30, or a range: from and to.",
        "note": "Words.",
    }


def test_an_entry_for_a_name_that_is_no_parameter_describes_nothing() -> None:
    def function(a: int, b: int) -> None:
        """Do it.

        Args:
            a: The first.
            former: No longer there.
                Told at length: over two lines.
            b: The second.
            **extra: Not there either.
        """

    parameters = convert_python_function_to_openai_function("f", function)["parameters"]
    assert {name: entry["description"] for name, entry in parameters["properties"].items()} == {
        "a": "The first.",
        "b": "The second.",
    }


def test_arguments_right_below_the_description_are_found() -> None:
    def function(a: int) -> None:
        """Do it.
        Args:
            a: The first.
        """

    assert convert_python_function_to_openai_function("f", function) == {
        "name": "f",
        "description": "Do it.",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer", "description": "The first."}},
            "required": ["a"],
        },
    }


@pytest.mark.parametrize("original", [True, False])
def test_a_function_without_docstring_has_an_empty_description(original: bool) -> None:
    def function(a: int) -> None: ...

    with use_original_rules(original):
        assert convert_python_function_to_openai_function("f", function)["description"] == ""


def test_simplified_annotations() -> None:
    def function(a: Any, b: Any, c: Any) -> None: ...

    function.__annotations__ = {"a": int | None, "b": int | float, "c": int | str}
    simplified = default_parameter_processing(inspect.signature(function).parameters.values())
    assert [param.annotation for param in simplified] == [int, float, int | str]


def test_json_types_go_by_the_names_of_python_types() -> None:
    assert PYTHON_TO_JSON_TYPES == {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}


any_annotation: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([int, str, float, bool, Any, Literal["x"], type(None), NotGiven]),
    lambda inner: st.one_of(
        inner.map(lambda a: list[a]),  # type: ignore[valid-type]
        inner.map(lambda a: dict[str, a]),  # type: ignore[valid-type]
        st.tuples(inner, inner).map(lambda pair: Union[pair]),
    ),
    max_leaves=6,
)


@given(st.lists(any_annotation, max_size=5), st.booleans())
def test_every_required_parameter_is_a_property_and_the_schema_is_json(
    parameter_annotations: list[Any], optional: bool
) -> None:
    def function() -> None: ...

    parameters = [
        inspect.Parameter(
            f"p{number}",
            inspect.Parameter.KEYWORD_ONLY,
            annotation=annotation,
            default=NOT_GIVEN if optional else inspect.Parameter.empty,
        )
        for number, annotation in enumerate(parameter_annotations)
    ]
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    schema = converted(function)
    assert set(schema["required"]) <= set(schema["properties"])
    assert json.loads(json.dumps(schema)) == schema
