"""What users' folders hold in these tests: scenarios, agents, and how pytest is asked for them."""

from __future__ import annotations

import pytest

import tool_sandbox as ts
from tests.cli.command import run_directory

PLUGIN = ("-p", "tool_sandbox.pytest_plugin")
"""Loads the plug-in, whether or not the installed package declares it; other plug-ins are left out."""
XDIST = ("-p", "xdist.plugin", "-n", "2")

SHOP = """
- name: wifi_off
  tags: [smoke]
  user: {knows: You want Wi-Fi off., says: Turn Wi-Fi off}
  milestones:
    - {id: is_off, state: {setting: {wifi: false}}}
    - {id: told, said: Wi-Fi is off now., facts: {"off": wi-fi}}
  solution: [set_wifi_status: {on: false}, say: Wi-Fi is off now.]
- name: cellular_off
  user: {knows: You want cellular service off., says: Turn cellular service off}
  milestones:
    - {id: is_off, state: {setting: {cellular: false}}}
    - {id: told, said: Cellular service is off now., facts: {"off": cellular}}
  solution: [set_cellular_service_status: {on: false}, say: Cellular service is off now.]
"""

AGENTS = """
import itertools, json, pathlib, time

from tool_sandbox import LiteLLMAgent
from tool_sandbox.llm.chat import ChatRequest, ChatResponse, ToolCall, Usage
from tool_sandbox.llm.layer import Layer

def works(messages, tools):
    "Do what is asked in the one tool on offer."
    service = "Wi-Fi" if "Wi-Fi" in str(messages) else "Cellular service"
    if messages[-1]["role"] == "tool":
        return f"{service} is off now."
    (name,) = (tool["function"]["name"] for tool in tools)
    function = {"name": name, "arguments": json.dumps({"on": False})}
    return {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": function}]}

def knows_wifi(messages, tools):
    return works(messages, tools) if "Wi-Fi" in str(messages) else "I cannot do that."

trials = itertools.count()
def works_seven_times_of_ten(messages, tools):
    "Do nothing in the last three of ten conversations that begin."
    if messages[-1]["role"] == "user" and next(trials) % 10 >= 7:
        return "Hmm."
    return works(messages, tools)

breaks = itertools.count()
def breaks_once(messages, tools):
    if next(breaks) == 0:
        raise ConnectionError("nobody is there")
    return works(messages, tools)

def breaks_down(messages, tools):
    raise ConnectionError("nobody is there")

def never_answers(messages, tools):
    pathlib.Path("asked").touch()
    time.sleep(600)

def works_when_told(messages, tools):
    while not pathlib.Path("go").exists():
        time.sleep(0.01)
    return knows_wifi(messages, tools)

class Priced(Layer):
    "A model whose calls cost a tenth of a cent."
    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        usage = Usage(prompt_tokens=10, completion_tokens=1)
        answer = works(list(request.messages), list(request.tools))
        calls = ()
        if isinstance(answer, dict):
            (call,) = answer["tool_calls"]
            calls = (ToolCall(id="1", name=call["function"]["name"], arguments=call["function"]["arguments"]),)
            answer = None
        return ChatResponse(text=answer, tool_calls=calls, model="priced", usage=usage, cost=0.001)

class Paid(LiteLLMAgent):
    def __init__(self):
        super().__init__("priced", model=Priced())
"""


def asked(agent: str = "works", *more: str) -> list[str]:
    """The arguments of pytest for the scenarios in ``shop.yaml``."""
    agent = agent if agent in ("oracle", "nop") or "/" in agent else f"my_agent.py:{agent}"
    return [*PLUGIN, "--tool-sandbox", "shop.yaml", "--agent", agent, "--user", "oracle", *more]


def run_of(folder: pytest.Pytester) -> ts.RunResult:
    """The one run that was played there."""
    return ts.open_run(run_directory(folder.path / "runs"))
