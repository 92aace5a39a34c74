"""A loop as a trainer has it: many conversations at once, each with a reward.

    python training.py            # in this process
    python training.py http://127.0.0.1:8765/v1   # played and recorded by: tool_sandbox serve -u oracle --trials 100

Replace ``policy`` by your model. With Gymnasium, ``gymnasium.make("tool_sandbox/ToolSandbox-v1", …)`` makes the same
environment.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tool_sandbox.gym import LocalSamples, Samples, ServedSamples, ToolSandboxEnv

AT_ONCE, EPISODES = 8, 32


def episode(samples: Samples, seed: int) -> tuple[str, float]:
    """Play one conversation; its scenario and the sum of its rewards."""
    env = ToolSandboxEnv(samples)
    observation, info = env.reset(seed=seed)
    rewards, is_over = 0.0, False
    while not is_over:
        observation, reward, terminated, truncated, info = env.step(policy(observation))
        rewards, is_over = rewards + reward, terminated or truncated
    return info["scenario"], rewards


def policy(observation: dict[str, Any]) -> dict[str, Any] | str:
    """Switch off the Wi-Fi, whatever is asked."""
    if observation["messages"][-1]["role"] == "tool":
        return "Wi-Fi is off now."
    call = {"id": "call_1", "type": "function", "function": {"name": "set_wifi_status", "arguments": '{"on": false}'}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def main() -> None:
    """Play and tell the mean reward of each scenario."""
    served = ServedSamples(sys.argv[1]) if len(sys.argv) > 1 else None
    samples = served or LocalSamples(["switch_wifi_off", "ticker_symbol_of_company"])
    with ThreadPoolExecutor(AT_ONCE) as threads:
        played = list(threads.map(lambda seed: episode(samples, seed), range(EPISODES)))
    samples.close()
    for scenario in sorted({scenario for scenario, _ in played}):
        rewards = [reward for name, reward in played if name == scenario]
        print(f"{scenario} {sum(rewards) / len(rewards):.3f} over {len(rewards)} episodes")


if __name__ == "__main__":
    main()
