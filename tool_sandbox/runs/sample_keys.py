"""Scenario and trial of many samples, in few bytes for each."""

from __future__ import annotations

from array import array

from tool_sandbox.runs.lazy_sequence import LazySequence

Key = tuple[str, int]
"""Scenario and trial."""
_NONE = -1
_GAP = 1000
"""Trials mostly come in their order; one that is so far ahead of the others is kept beside them."""


class SampleKeys(LazySequence[Key]):
    """The keys of samples in the order in which they were added, with 24 bytes for each."""

    def __init__(self) -> None:
        super().__init__()
        self._names: dict[str, int] = {}
        self._name_of: list[str] = []
        self._places: list[array[int]] = []
        """For each name, the index of every trial."""
        self._name, self._trial = array("q"), array("q")
        self._beside: dict[Key, int] = {}
        self._key_beside: dict[int, Key] = {}

    def __len__(self) -> int:
        return len(self._name)

    def add(self, key: Key) -> int:
        """The index of a key, which is added unless it is there."""
        if (found := self.find(key)) is not None:
            return found
        (name, trial), at = key, len(self)
        number = self._names.setdefault(name, len(self._name_of))
        if number == len(self._name_of):
            self._name_of.append(name)
            self._places.append(array("q"))
        places = self._places[number]
        if is_usual := 0 <= trial < len(places) + _GAP:
            places.extend([_NONE] * (trial + 1 - len(places)))
            places[trial] = at
        else:
            self._beside[key], self._key_beside[at] = at, key
        self._name.append(number)
        self._trial.append(trial if is_usual else _NONE)
        return at

    def find(self, key: Key) -> int | None:
        """The index of a key; ``None`` when it is not there."""
        name, trial = key
        number = self._names.get(name)
        places = () if number is None else self._places[number]
        at = places[trial] if 0 <= trial < len(places) else _NONE
        return self._beside.get(key) if at == _NONE else at

    def _item(self, at: int) -> Key:
        return self._key_beside.get(at) or (self._name_of[self._name[at]], self._trial[at])
