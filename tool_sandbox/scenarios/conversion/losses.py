"""What a scenario file cannot say."""

from __future__ import annotations

from attrs import field, frozen


@frozen
class Loss:
    """One thing that was left out of the file.

    Args:
        scenario: Whose.
        where: ``milestone 2``, ``minefield 0``, ``tools``, ``world``, …; positions count from 0.
        reason: What it was, and why it has no form.
    """

    scenario: str
    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.scenario}: {self.where}: {self.reason}"


class NoFormError(Exception):
    """Something has no form in a scenario file; never leaves this package."""


@frozen
class Losses:
    """Collects the losses of one scenario."""

    scenario: str
    found: list[Loss] = field(factory=list)

    def add(self, where: str, reason: object) -> None:
        """Note that something was left out."""
        self.found.append(Loss(self.scenario, where, str(reason)))


def described(function: object) -> str:
    """A function as a person would name it."""
    return getattr(function, "__qualname__", None) or repr(function)
