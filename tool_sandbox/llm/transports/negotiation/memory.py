"""What models were found to take, for as long as they are asked."""

from __future__ import annotations

import threading
from typing import Any

from attrs import Factory, define, field

from tool_sandbox.llm.transports.negotiation.profile import Profile, known_profile


@define
class Memory:
    """What each model was found to take, for as long as the transport lives. Only what was accepted is remembered."""

    profiles: dict[str, Profile] = Factory(dict)
    _lock: Any = field(factory=threading.Lock, repr=False)

    def of(self, model: str) -> Profile:
        """What is known of a model."""
        with self._lock:
            return self.profiles.get(model) or known_profile(model)

    def learn(self, model: str, before: Profile, after: Profile) -> None:
        """Remember what was found out by a call that began with ``before`` and was answered under ``after``."""
        with self._lock:
            now = self.profiles.get(model) or known_profile(model)
            self.profiles[model] = now.learned(before, after)

    def forget(self, model: str) -> None:
        """Know no more of a model than its name says."""
        with self._lock:
            self.profiles.pop(model, None)
