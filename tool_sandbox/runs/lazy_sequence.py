"""A sequence that holds nothing: whoever looks at an item has it made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import eq
from typing import TypeVar, overload

Item = TypeVar("Item")


class LazySequence(Sequence[Item]):
    """A sequence whose items are made when they are looked at, each time anew.

    Args:
        size: How many there are; a class whose objects grow says that with ``__len__``.
        make: Makes the item at an index; a class says that with ``_item``, since objects that hold a method of their
            own outlive the last who uses them, with their files.
    """

    def __init__(self, size: int = 0, make: Callable[[int], Item] | None = None) -> None:
        self._size, self._make = size, make

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, at: int | slice) -> Item | tuple[Item, ...]:
        if isinstance(at, slice):
            return tuple(map(self._item, range(len(self))[at]))
        return self._item(range(len(self))[at])

    def __iter__(self) -> Iterator[Item]:
        return map(self._item, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(map(eq, self, other))

    def __reduce__(self) -> tuple[type[tuple[Item, ...]], tuple[tuple[Item, ...]]]:
        """Copied to another process, the items are all there."""
        return tuple, (tuple(self),)

    def _item(self, at: int) -> Item:
        """The item at an index."""
        assert self._make is not None
        return self._make(at)

    __hash__ = None  # type: ignore[assignment]  # as a list has none
