"""One conversation at a time, in which a policy plays the agent."""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from tool_sandbox.errors import SettingsError, UsageError
from tool_sandbox.gym.samples import Samples
from tool_sandbox.remote.problems import malformed
from tool_sandbox.remote.schema import TurnTaken
from tool_sandbox.remote.session import said

Observation = dict[str, Any]
Action = str | Mapping[str, Any]
_DRAWN = 2**31
"""Seeds that are drawn are below it."""


class ToolSandboxEnv:
    """One conversation at a time, in which a policy plays the agent.

    An observation is what a model is asked with: ``messages``, the whole conversation in OpenAI's chat format, and
    ``tools``. An action is an assistant's message in that format, or text, which stands for one without calls.

    The reward is 0 until the end, and there the score, in [0, 1]. An episode that could not be judged through no fault
    of the policy, such as a simulated user that failed, is truncated with reward 0; ``info["result"]`` names the cause.

    Args:
        samples: Where episodes are played; many environments may share one.
        shaped: Whether each step is rewarded with what it added to the score, or took from it; the sum is the same.
        closes_samples: Whether ``close`` closes ``samples``, too.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 -- declared so by Gymnasium
    render_mode: str | None = None

    def __init__(self, samples: Samples, *, shaped: bool = False, closes_samples: bool = False) -> None:
        self.samples, self._shaped, self._closes_samples = samples, shaped, closes_samples
        self._state: Mapping[str, Any] = {"done": True}
        self._messages: list[Mapping[str, Any]] = []
        self._tools: list[Mapping[str, Any]] = []
        self._told = 0.0
        self._random: random.Random | None = None

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode; one that is not over is given up.

        Args:
            seed: From it follow the scenario, unless that is given, and everything random; by default whichever
                scenario is next.
            options: ``scenario``, a name, and ``trial``, in place of what follows from the seed.

        Returns:
            The observation; and ``info`` with ``scenario``, ``trial``, and ``new``, the messages that are new.

        Raises:
            UsageError: There is no such episode.
        """
        self.close_episode()
        asked = dict(options or {})
        scenario, trial = asked.pop("scenario", None), asked.pop("trial", None)
        if asked:
            message = f"options has {next(iter(asked))!r}; expected 'scenario' and 'trial'."
            raise SettingsError(message)
        if seed is not None:
            self._random = random.Random(seed)
        elif self._random is not None and self.samples.is_endless:
            seed = self._random.randrange(_DRAWN)  # Gymnasium wants all that follows from a seed to be the same again
        if seed is not None:
            names = self.samples.scenarios
            scenario = names[seed % len(names)] if scenario is None else scenario
            trial = seed // len(names) if trial is None else trial
        self._state = self.samples.begin(scenario, trial)
        if self._state["done"]:
            result = self._state["result"]
            message = f"{self._state['scenario']!r} could not be begun: {result['cause']}: {result['error']}"
            raise UsageError(message)
        self._messages, self._tools = list(self._state["messages"]), list(self._state["tools"])
        self._told = self._score_so_far() if self._shaped else 0.0
        return self._observation(), self._info(self._state["messages"])

    def step(self, action: Action) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Take a turn.

        Args:
            action: An assistant's message, or text for the user.

        Returns:
            The observation, the reward, whether the episode is over and scored, whether it is over without a score,
            and ``info`` as of ``reset``, with ``result`` at the end.

        Raises:
            UsageError: The episode is over, or the action is no message.
        """
        if self._state["done"]:
            raise UsageError("the episode is over, or none was begun; call reset() first.")
        message = _message(action)
        self._state = self.samples.take_turn(self._state, message)
        new = self._state["messages"]
        self._messages += [said(message), *new]
        is_over, result = self._state["done"], self._state["result"]
        is_scored = is_over and result["status"] == "scored"
        return self._observation(), self._reward(is_scored), is_scored, is_over and not is_scored, self._info(new)

    def close_episode(self) -> None:
        """Give up the episode, unless it is over."""
        if not self._state["done"]:
            self.samples.give_up(self._state)
            self._state = {"done": True}

    def close(self) -> None:
        """Give up the episode; samples that others may share are closed by who made them. May be called twice."""
        self.close_episode()
        if self._closes_samples:
            self.samples.close()

    def _observation(self) -> Observation:
        return copy.deepcopy({"messages": self._messages, "tools": self._tools})

    def _info(self, new: Any) -> dict[str, Any]:
        info = {"scenario": self._state["scenario"], "trial": self._state["trial"], "new": copy.deepcopy(list(new))}
        return {**info, "result": self._state["result"]} if self._state["done"] else info

    def _reward(self, is_scored: bool) -> float:
        if self._state["done"]:
            final = float(self._state["result"]["score"]) if is_scored else 0.0
            return final - self._told if is_scored else 0.0
        if not self._shaped:
            return 0.0
        before, self._told = self._told, self._score_so_far()
        return self._told - before

    def _score_so_far(self) -> float:
        score = self._state["score_so_far"]
        if score is None:
            message = (
                "shaped=True needs the score so far, which is not told here: give LocalSamples tells_score=True, or "
                "serve with --tell-score."
            )
            raise SettingsError(message)
        return float(score)


def _message(action: Action) -> dict[str, Any]:
    """An action as an assistant's message."""
    try:
        taken = {"content": action} if isinstance(action, str) else action
        return TurnTaken.model_validate(taken).message()
    except ValidationError as error:
        message = f"an action is text or an assistant's message, not {action!r}: {malformed(error)}"
        raise UsageError(message) from error
