"""Scenario files written by tests."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from tool_sandbox.common.scenario import Scenario
from tool_sandbox.scenarios.library import Library, from_files

COMPLETE = """
- name: call_a_taxi
  user:
    knows: You need a taxi.
    says: Text +12065550199 that I need a taxi
  milestones:
    - {id: sent, added: {messaging: {recipient_phone_number: "+12065550199", content: I need a taxi}}, match: exact}
    - {id: told, said: I asked for a taxi., facts: {done: [sent, asked]}}
  minefields:
    - {id: wrong, called: {send_message_with_phone_number: {phone_number: "+12065550100"}}}
  solution:
    - send_message_with_phone_number: {phone_number: "+12065550199", content: I need a taxi}
    - say: I asked for a taxi.
"""


def library(folder: Path, text: str = COMPLETE, name: str = "mine.yaml") -> Library:
    """What a file with this text holds."""
    file = folder / name
    file.write_text(dedent(text), encoding="utf-8")
    return from_files([file])


def scenarios(folder: Path, text: str = COMPLETE) -> dict[str, Scenario]:
    """The scenarios of a file with this text."""
    return library(folder, text).scenarios()


def scenario(folder: Path, text: str = COMPLETE) -> Scenario:
    """The only scenario of a file with this text."""
    (found,) = scenarios(folder, text).values()
    return found


def entry(milestones: str, *, world: str = "base", solution: str = "[say: Done.]", more: str = "") -> str:
    """A scenario file with these milestones, given in flow style."""
    return (
        dedent(f"""
    - name: example
      world: {world}
      user: {{knows: You want something., says: Do it}}
      tools: [search_contacts, add_contact, modify_contact, remove_contact, send_message_with_phone_number]
      milestones: {milestones}
      solution: {solution}
    """)
        + more
    )
