"""One sample of a run: which scenario is played, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from tool_sandbox.common.scenario import Scenario
    from tool_sandbox.common.vocabulary import RoleType
    from tool_sandbox.roles.base_role import BaseRole


@frozen(kw_only=True)
class Sample:
    """One scenario, to be played once."""

    name: str
    scenario: Scenario
    trial: int = 0

    @property
    def key(self) -> tuple[str, int]:
        """What tells samples of a run apart."""
        return self.name, self.trial

    def seed(self, run_seed: int) -> str:
        """What the sample's chance starts from: nothing but the run's seed, the scenario and the trial."""
        return f"{run_seed}/{self.name}/{self.trial}"


class UnmadeRoleError(Exception):
    """What somebody wrote to make a role has failed, with what it raised as the cause.

    Args:
        role_type: AGENT or USER.
    """

    def __init__(self, role_type: RoleType) -> None:
        super().__init__(role_type)
        self.role_type = role_type


@frozen(kw_only=True)
class SampleRoles:
    """The roles of one sample."""

    by_type: Mapping[RoleType, BaseRole]
    agent: str
    """Who plays the agent, for the result."""
    user: str
    """Who plays the user, for the result."""
    own: frozenset[RoleType] = frozenset()
    """Those that code of somebody's own plays."""
    user_is_model: bool = False
    """Whether a model plays the user: not a person, a script, or a class of somebody's own."""
