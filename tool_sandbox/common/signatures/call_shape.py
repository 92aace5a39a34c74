"""Binding the arguments of a call to a signature; in the usual case without the loops of ``inspect``."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from inspect import Parameter
from typing import Any

_VARIADIC = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


class CallShape:
    """How one function can be called.

    Args:
        signature: Its signature.
    """

    def __init__(self, signature: inspect.Signature) -> None:
        self._signature = signature
        parameters = signature.parameters.values()
        self.variadic = {each.name: each.kind for each in parameters if each.kind in _VARIADIC}
        """The parameters that take any number of arguments, and which of the two kinds they are."""
        self._is_usual = all(
            each.kind in {Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY} for each in parameters
        )
        self._defaults = {each.name: each.default for each in parameters}
        self._required = {each.name for each in parameters if each.default is Parameter.empty}
        self._positional = [each.name for each in parameters if each.kind is Parameter.POSITIONAL_OR_KEYWORD]
        self._keywords = [each.name for each in parameters if each.kind is Parameter.KEYWORD_ONLY]

    def bound(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[inspect.BoundArguments, set[str]]:
        """The arguments of a call with defaults applied, and which parameters were given.

        Raises:
            TypeError: They do not fit the signature.
        """
        names = kwargs.keys()
        if self._is_usual and not args and self._required <= names <= self._defaults.keys():
            arguments = {**self._defaults, **kwargs}
            return inspect.BoundArguments(self._signature, arguments), set(names)
        bound = self._signature.bind(*args, **kwargs)
        given = set(bound.arguments)
        bound.apply_defaults()
        return bound, given

    def passed(self, bound: inspect.BoundArguments) -> tuple[Sequence[Any], Mapping[str, Any]]:
        """What to call the function with: ``bound.args`` and ``bound.kwargs``."""
        if not self._is_usual:
            return bound.args, bound.kwargs
        arguments = bound.arguments
        return [arguments[name] for name in self._positional], {name: arguments[name] for name in self._keywords}
