"""What a controller and a worker say to each other: plain data, which any connection can carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Factory, field, frozen

from tool_sandbox.llm.layers.budget.caps import Scope
from tool_sandbox.llm.layers.budget.lending import Answer, Said
from tool_sandbox.llm.layers.budget.spending import Account
from tool_sandbox.llm.layers.limits.lending import RateLent, RateSaid
from tool_sandbox.registry.settings import RunSettings
from tool_sandbox.runs.outcomes import SampleResult


@frozen(kw_only=True)
class Setup:
    """The first message to a worker: the run in which it plays."""

    worker: str
    """What it is called; so is its segment of the journal."""
    settings: RunSettings
    directory: str
    """The run directory."""
    record: Mapping[str, Any]
    """The content of ``run.json``."""
    environment: Mapping[str, str] = field(factory=dict, repr=False)
    """Variables that the models need, where the worker does not have those of the controller."""


@frozen
class Play:
    """A sample is leased to a worker."""

    lease: int
    name: str
    trial: int
    again: bool = False
    """Whether another worker has begun to play it, so that its journal is read first."""


@frozen
class GiveUp:
    """A sample is not wanted any more."""

    lease: int


@frozen
class Stop:
    """Nothing more will be played."""


ToWorker = Setup | Play | GiveUp | Stop | Answer | RateLent


@frozen
class Ready:
    """A worker can play."""


@frozen
class Judging:
    """A sample was played and is only judged: another one may be played beside it."""

    lease: int


@frozen
class Ended:
    """A sample was played."""

    lease: int
    result: SampleResult
    files: Mapping[str, str]
    """Its trajectory: file name to text."""


@frozen
class Beat:
    """A worker is there, and says what its calls have come to since it said so last."""

    spent: Mapping[int, Mapping[Scope, Account]] = Factory(dict)
    """By the number of the ledger, for those that borrow nothing."""


@frozen
class Waiting:
    """Calls wait for something; an empty reason when they no longer do."""

    reason: str


@frozen
class Failed:
    """A worker cannot play: something is missing without which nobody can, or it is our own fault."""

    kind: str
    """The name of the error."""
    message: str


FromWorker = Ready | Judging | Ended | Beat | Waiting | Failed | Said | RateSaid
