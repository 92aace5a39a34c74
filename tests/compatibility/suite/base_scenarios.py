"""The starting worlds of this package."""

import copy
import datetime
import inspect

import polars as pl

import tool_sandbox.tools
from tool_sandbox.common.execution_context import DatabaseNamespace, ExecutionContext, RoleType, new_context
from tool_sandbox.common.scenario import Scenario
from tool_sandbox.common.tool_discovery import ToolBackend, find_tools_by_module
from tool_sandbox.common.utils import deterministic_uuid
from tool_sandbox.scenarios.examples import INSTRUCTION, named_examples


def named_base_scenarios(preferred_tool_backend: ToolBackend) -> dict[str, Scenario]:
    base = Scenario()
    context = base.starting_context
    context.trace_tool = True
    context.preferred_tool_backend = preferred_tool_backend
    context.tool_allow_list = ["end_conversation"]
    by_module: dict[str, list[str]] = {}
    for name, tool in find_tools_by_module(tool_sandbox.tools, preferred_tool_backend).items():
        module = inspect.getmodule(tool)
        assert module is not None
        by_module.setdefault(module.__name__, []).append(name)
    prelude = "import json\n" + "".join(f"from {m} import {', '.join(names)}\n" for m, names in by_module.items())
    now = datetime.datetime.now()
    context.add_to_database(
        namespace=DatabaseNamespace.SANDBOX,
        rows=[
            {"sender": RoleType.SYSTEM, "recipient": RoleType.EXECUTION_ENVIRONMENT, "content": prelude},
            {"sender": RoleType.SYSTEM, "recipient": RoleType.AGENT, "content": "Ask when you do not know."},
            *named_examples()["short"],
        ],
    )
    context.add_to_database(
        namespace=DatabaseNamespace.CONTACT,
        rows=[
            {
                "person_id": deterministic_uuid("Kim Mori"),
                "name": "Kim Mori",
                "phone_number": "+12065550100",
                "relationship": "self",
                "is_self": True,
            },
            {
                "person_id": deterministic_uuid("Ola Berg"),
                "name": "Ola Berg",
                "phone_number": "+12065550101",
                "relationship": "friend",
                "is_self": False,
            },
        ],
    )
    context.add_to_database(
        namespace=DatabaseNamespace.REMINDER,
        rows=[
            {
                "reminder_id": deterministic_uuid("reminder_0"),
                "content": "Water the plants",
                "creation_timestamp": (now - datetime.timedelta(days=1)).timestamp(),
                "reminder_timestamp": (now + datetime.timedelta(hours=1)).timestamp(),
            }
        ],
    )
    offline = copy.deepcopy(base)
    with new_context(offline.starting_context) as current:
        settings = current.get_database(DatabaseNamespace.SETTING)
        current.update_database(DatabaseNamespace.SETTING, settings.with_columns(~pl.col("cellular")))
    assert INSTRUCTION.endswith(": ")
    return {"base": base, "base_cellular_off": offline}
