"""The layer that makes a call when its endpoint has room for it."""

from __future__ import annotations

from attrs import evolve

from tool_sandbox.errors import ProviderError
from tool_sandbox.llm.chat import ChatModel, ChatRequest, ChatResponse
from tool_sandbox.llm.layer import Wrapper
from tool_sandbox.llm.layers.limits.endpoint import Endpoint


class Limited(Wrapper):
    """A model that is asked when its endpoint has room.

    Args:
        inner: The model: a transport, which makes one call and does not wait between tries.
        endpoint: Shared by all models that are asked there.
    """

    def __init__(self, inner: ChatModel, endpoint: Endpoint) -> None:
        super().__init__(inner)
        self.endpoint = endpoint

    async def acomplete(self, request: ChatRequest) -> ChatResponse:
        """Answer, once there is room; how long that took is said by the answer, or by the error."""
        place = await self.endpoint.enter(request)
        try:
            response = await self.inner.acomplete(request)
        except ProviderError as error:
            error.waits = place.waits
            self.endpoint.failed(place, error)
            raise
        except BaseException:
            self.endpoint.left(place)
            raise
        self.endpoint.answered(place, response)
        return evolve(response, waits=place.waits) if place.waits else response
