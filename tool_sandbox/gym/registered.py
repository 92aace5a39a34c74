"""The environment as one of Gymnasium's, where that is installed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tool_sandbox.gym.environment import Observation
    from tool_sandbox.gym.samples import Samples

ID = "tool_sandbox/ToolSandbox-v1"


def register() -> None:
    """Have ``gymnasium.make("tool_sandbox/ToolSandbox-v1", …)`` make the environment; it takes what ``make`` takes."""
    from gymnasium.envs import registration

    if ID not in registration.registry:
        registration.register(id=ID, entry_point=f"{__name__}:make")


def make(samples: Samples | None = None, *, shaped: bool = False, url: str | None = None, **chosen: Any) -> Any:
    """``ToolSandboxEnv`` as one of Gymnasium's environments.

    Args:
        samples: Where episodes are played; by default in this process, or where ``url`` says.
        shaped: As for ``ToolSandboxEnv``.
        url: What ``tool_sandbox serve`` printed.
        chosen: Further arguments of ``LocalSamples`` or ``ServedSamples``.

    Raises:
        UsageError: As for these.
    """
    from tool_sandbox.gym.samples import LocalSamples, ServedSamples

    if samples is not None:
        return _kind()(samples, shaped=shaped)
    own: Samples = ServedSamples(url, **chosen) if url else LocalSamples(tells_score=shaped, **chosen)
    return _kind()(own, shaped=shaped, closes_samples=True)


@lru_cache(maxsize=1)
def _kind() -> Any:
    """The class, which can be made only where Gymnasium is installed."""
    import gymnasium

    from tool_sandbox.gym.environment import ToolSandboxEnv

    class MessageSpace(gymnasium.Space[Any]):
        """Actions: text, or assistant's messages in the chat format."""

        def contains(self, x: Any) -> bool:
            return isinstance(x, str) or (isinstance(x, Mapping) and x.get("role", "assistant") == "assistant")

        def sample(self, mask: Any = None, probability: Any = None) -> Any:  # noqa: ARG002 -- Gymnasium's signature
            return "Hello."  # random words would say nothing

    class ConversationSpace(gymnasium.Space[Any]):
        """Observations: a conversation in the chat format, and the tools on offer."""

        def contains(self, x: Any) -> bool:
            return (
                isinstance(x, dict) and set(x) == {"messages", "tools"} and all(isinstance(x[key], list) for key in x)
            )

        def sample(self, mask: Any = None, probability: Any = None) -> Any:  # noqa: ARG002 -- as above
            return {"messages": [], "tools": []}

    class GymnasiumEnv(ToolSandboxEnv, gymnasium.Env[Any, Any]):
        """``ToolSandboxEnv`` with spaces."""

        observation_space = ConversationSpace()
        action_space = MessageSpace()

        def reset(
            self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
        ) -> tuple[Observation, dict[str, Any]]:
            gymnasium.Env.reset(self, seed=seed)
            return ToolSandboxEnv.reset(self, seed=seed, options=options)

    return GymnasiumEnv
