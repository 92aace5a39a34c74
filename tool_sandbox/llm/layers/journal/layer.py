"""The journal in front of a model."""

from __future__ import annotations

from tool_sandbox.errors import ProviderError
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse, was_paid
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.layers.journal.calls import Journal


class Journaled(Wrapper):
    """A model whose finished calls are in a journal, and come from it when they were made before.

    Args:
        inner: The model.
        journal: The journal of the run.
    """

    def __init__(self, inner: ChatModel, journal: Journal) -> None:
        super().__init__(inner)
        self._journal = journal

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Replay the call if it finished before; else make it and write it down."""
        key = self._journal.claim(request)
        try:
            response = self._journal.replay(key)
            if response is None:
                response = await self.inner.acomplete(request)
                await self._journal.append(key, request, response)
        except BaseException as error:  # also when cancelled: the call did not finish, whatever the reason
            self._journal.release(key)
            if isinstance(error, ProviderError) and was_paid(error):
                await self._journal.append(key, request, error)
            raise
        return response
