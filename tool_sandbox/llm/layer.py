"""Walk through the layers of a model, outermost first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def close(model: Any) -> None:
    """Close what a stack holds open, layer by layer, as far as that can be done without an event loop."""
    for layer in layers_of(model):
        closing = getattr(layer, "close", None)
        if callable(closing):
            closing()


async def aclose(model: Any) -> None:
    """Close what a stack holds open in this event loop, layer by layer."""
    for layer in layers_of(model):
        closing = getattr(layer, "aclose", None)
        if callable(closing):
            await closing()


def layers_of(model: Any) -> Iterator[Any]:
    """A stack's layers, outermost first."""
    while model is not None:
        yield model
        model = getattr(model, "inner", None) or getattr(model, "_inner", None)
