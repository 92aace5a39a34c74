"""Which agent plays which of the scenarios, where one run has several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from tool_sandbox.common.checks import Kind


@frozen(kw_only=True)
class AgentRule:
    """Which agent plays the scenarios whose name or tag fits a pattern."""

    pattern: str
    """A name, a glob over names, a tag or category, or ``tag:NAME`` where a tag could be taken for a name."""
    agent: str
    """The agent, named as after ``-a``."""


def as_rules(value: Any) -> tuple[AgentRule, ...]:
    """Rules as a mapping of patterns to agents, or as a list of records.

    Raises:
        SettingsError: They are neither.
    """
    if isinstance(value, Mapping):
        return tuple(AgentRule(pattern=str(pattern), agent=str(agent)) for pattern, agent in value.items())
    rules = value or ()
    _RULES.check("agent_rules", rules)
    return tuple(rule if isinstance(rule, AgentRule) else AgentRule(**rule) for rule in rules)


def _is_rule(rule: Any) -> bool:
    if isinstance(rule, AgentRule):
        return True
    is_record = isinstance(rule, Mapping) and set(rule) == {"pattern", "agent"}
    return is_record and all(isinstance(value, str) for value in rule.values())


_RULES = Kind(lambda value: isinstance(value, list | tuple) and all(map(_is_rule, value)), "a list of rules")
