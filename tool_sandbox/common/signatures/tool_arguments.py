"""What a tool is called with: from the JSON a model sent to what its parameters are annotated with."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

from tool_sandbox.common.signatures.annotations import annotations_of, function_of
from tool_sandbox.common.signatures.argument_types import CannotBeReadError, is_plain, reader_of


class ArgumentReaders:
    """Makes the arguments of one function from JSON.

    Args:
        function: The tool's own function.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    @cached_property
    def readers(self) -> Mapping[str, Callable[[Any], Any]]:
        """What makes a value, for each parameter whose value does not arrive as JSON gave it."""
        readers: dict[str, Callable[[Any], Any]] = {}
        parameters = inspect.signature(self._function).parameters
        for name, annotation in annotations_of(self._function).items():
            kind = parameters[name].kind if name in parameters else inspect.Parameter.VAR_KEYWORD
            if kind in {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL} or is_plain(annotation):
                continue
            try:
                readers[name] = reader_of(annotation)
            except CannotBeReadError:  # refused when users' tools are loaded, unless it can be left out
                continue
        return readers

    @cached_property
    def instance(self) -> str | None:
        """The parameter that holds a method's own object; it is not part of a call."""
        home = getattr(function_of(self._function), "__qualname__", "").rpartition(".")[0]
        first = next(iter(inspect.signature(self._function).parameters), None)
        return first if home and not home.endswith("<locals>") and first in {"self", "cls"} else None

    def read(self, bound: inspect.BoundArguments, given: Collection[str]) -> None:
        """Replace the given arguments by what the function expects.

        Raises:
            ValueError: One of them cannot be read; the message is fit for the model.
        """
        for name, reader in self.readers.items():
            if name in given:
                try:
                    bound.arguments[name] = reader(bound.arguments[name])
                except ValueError as error:
                    message = f"{name!r} cannot be used: {error}"
                    raise ValueError(message) from None
