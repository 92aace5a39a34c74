"""Many workers that play one run: one list of samples, one budget, one store.

::

    messages      what a controller and a worker say to each other
    leases        who plays which sample, and who has not been heard of for too long
    controller    the side that has the samples, the budget, the store and the screen
    players       a run whose samples are played so
    worker        the side that plays
    link          a worker as its controller sees it, and where workers come from: the seam for executors
    processes     workers as processes on this machine
    process       what such a process runs
    actors        workers on a Ray cluster
    number        how many workers a run has, and where

Of money and of caps per minute a worker has blocks (``llm.layers.budget.lending``, ``llm.layers.limits.lending``), of
the journal a segment of its own: no call needs a round trip, and what one worker finished is played by another from
what was written down.
"""
