"""How many tokens a call will take, guessed from those that calls took before."""

from __future__ import annotations

from attrs import define

from tool_sandbox.llm.chat import ChatRequest
from tool_sandbox.llm.layers.budget.caps import prompt_token_bound

_LEARNED = 0.1
"""How much of the difference a call adds to what is known."""


@define(eq=False)
class TokenGuess:
    """Tokens of calls, with their answers. Not locked: the endpoint that owns it is."""

    per_call: float = 0.0
    """What a call takes on average; 0 while nobody knows."""
    per_byte: float = 0.3
    """What a byte of a request stands for, with its part of the answer: English has about four letters a token."""

    @staticmethod
    def size(request: ChatRequest) -> int:
        """Bytes of a request."""
        return prompt_token_bound(request)

    def of(self, size: int) -> int:
        """Tokens that a call of so many bytes will take."""
        return max(1, round(self.per_byte * size))

    def was(self, tokens: int, size: int) -> None:
        """Learn from a call: the tokens that it took, and its bytes where they were counted."""
        self.per_call += (tokens - self.per_call) * (_LEARNED if self.per_call else 1.0)
        if size:
            self.per_byte += (tokens / size - self.per_byte) * _LEARNED
