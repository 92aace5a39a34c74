"""The files that somebody begins with: a scenario with its proofs, a tool, an agent, settings and a workflow."""

from __future__ import annotations

from tool_sandbox.installation import installed_from
from tool_sandbox.scenarios.language.schema import FILE, PROOFS_FILE

SCENARIOS, TOOLS, AGENT, SETTINGS = "shop.yaml", "my_tools.py", "my_agent.py", "run.yaml"
PROOFS = "shop.proofs.yaml"
WORKFLOW = ".github/workflows/agent.yml"

CHECK = f"tool_sandbox check --scenarios-from {SCENARIOS} --tools-from {TOOLS}"
"""Proves the scenario, without a model."""
RUN = f"tool_sandbox run --config {SETTINGS}"
"""Tests the agent, without a model as long as it asks none."""

_SCENARIOS = f"""\
# yaml-language-server: $schema={FILE.name}
- name: buy_milk
  user: {{knows: You want two cartons of milk., says: "I'd like 2 cartons of milk, please."}}
  milestones:
    - {{id: ordered, added: {{orders: {{item: milk, quantity: 2}}}}}}
    - {{id: told, said: I ordered 2 cartons of milk for you., facts: {{done: ordered}}}}
  solution: [place_order: {{item: milk, quantity: 2}}]
"""

_PROOFS = f"""\
# yaml-language-server: $schema={PROOFS_FILE.name}
# Other last answers, which prove that the facts of {SCENARIOS} tell right from wrong.
- name: buy_milk
  wordings:
    right: ["Done, two cartons of milk are ordered."]
    wrong: [I could not order the milk., "Shall I order 2 cartons of milk for you?"]
"""

_TOOLS = '''\
"""What the agent can do. The model is shown names, annotations and docstrings: tool_sandbox tools NAME tells."""

from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.world.schemas import register_namespace

ORDERS = register_namespace("ORDERS", {"item": "text", "quantity": "number"})  # a table in every world


@register_as_tool()
def place_order(item: str, quantity: int) -> None:
    """Order an item.

    Args:
        item: Such as "milk".
        quantity: How many.
    """
    get_current_context().add_rows(ORDERS, [{"item": item, "quantity": quantity}])
'''

_AGENT = '''\
"""The agent that is tested. This one follows rules, so that it needs no key; yours asks a model here."""

import json
import re
from typing import Any


def answer(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> dict[str, Any] | str:
    """The agent's next message in the chat format of OpenAI: text for the user, or calls of tools.

    Args:
        messages: The conversation so far, with the calls and what the tools returned.
        tools: The tools on offer, with JSON Schemas of their parameters.
    """
    last = messages[-1]
    if last["role"] == "tool":
        return "I ordered it for you."
    wanted = re.search(r"(\\d+) (?:\\w+ of )?(\\w+)", last["content"])
    if wanted is None:
        return "What would you like to order?"
    arguments = {"item": wanted[2], "quantity": int(wanted[1])}
    call = {"name": "place_order", "arguments": json.dumps(arguments)}
    return {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": call}]}
'''

_SETTINGS = f"""\
agent: {AGENT}:answer
user: oracle # says what the scenario says; with the name of a model, that model plays the user
scenarios_from: [{SCENARIOS}]
tools_from: [{TOOLS}]
presentations: [plain] # all: each scenario also with more tools, and with scrambled ones
fail_under: 0.8
"""

VARIABLE = "TOOL_SANDBOX_SOURCE"
"""The variable of the repository that says what the workflow installs."""

_FROM_VARIABLE = f"""\
      # tool_sandbox is in no package index yet. The variable {VARIABLE} of this repository (Settings, Secrets and
      # variables, Actions, Variables) says what pip installs: git+https://ADDRESS@COMMIT, or the path of a wheel here,
      # which "pip wheel --no-deps CHECKOUT" makes.
      - name: Install tool_sandbox
        env:
          SOURCE: ${{{{ vars.{VARIABLE} }}}}
        run: pip install "${{SOURCE:?Set the variable {VARIABLE} of this repository, see the comment above}}"
"""

_WORKFLOW = f"""\
name: agent

on: [push, pull_request]

permissions:
  contents: read

jobs:
  scenarios:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
%s      - run: {CHECK}
      - run: {RUN}
"""


def address() -> str | None:
    """The git address and commit from which this package was installed, as pip takes it; None where it was no git."""
    source = installed_from() or ""
    return source if source.startswith("git+") and not source.startswith("git+file:") else None


def _installation() -> str:
    """The step of the workflow that installs this package."""
    known = address()
    return f"      - run: pip install {known}\n" if known else _FROM_VARIABLE


def starter_files() -> dict[str, str]:
    """Path → content of every file; the schemas are those of this version."""
    return {
        SCENARIOS: _SCENARIOS,
        PROOFS: _PROOFS,
        TOOLS: _TOOLS,
        AGENT: _AGENT,
        SETTINGS: _SETTINGS,
        **{file.name: file.read_text("utf-8") for file in (FILE, PROOFS_FILE)},
        WORKFLOW: _WORKFLOW % _installation(),
    }
