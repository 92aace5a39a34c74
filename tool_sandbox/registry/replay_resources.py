"""What the roles of a run share that is played from the journal of another: no model, no server, no money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tool_sandbox.common.vocabulary import RoleType
from tool_sandbox.llm.chat import ChatModel
from tool_sandbox.llm.layers.journal.replay import Recorded, Replayed
from tool_sandbox.registry.run_resources import RunResources, Shared

if TYPE_CHECKING:
    from tool_sandbox.llm.routing.settings import RouterSettings
    from tool_sandbox.registry.settings import RunSettings


class ReplayResources(RunResources):
    """Everything that models would be asked for comes from a recorded run.

    Args:
        settings: The settings of the run that is played now.
        recorded: The run that was recorded; its journal is closed with these.
    """

    def __init__(self, settings: RunSettings, recorded: Recorded) -> None:
        super().__init__(settings, None)
        self._recorded = recorded

    def model(
        self,
        name: str,  # noqa: ARG002 -- the requests say it
        role_type: RoleType,  # noqa: ARG002 -- the same
        config: Mapping[str, Any],  # noqa: ARG002 -- nobody is called
        routing: RouterSettings | None = None,  # noqa: ARG002 -- the same
    ) -> ChatModel:
        """What answers in place of the model."""
        return Shared(Replayed(self._recorded))

    def close(self) -> None:
        """Close the journal; may be called twice."""
        super().close()
        self._recorded.journal.close()
