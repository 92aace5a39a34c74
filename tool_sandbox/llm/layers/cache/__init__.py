"""Answers that need not be asked for again.

::

    layer         the cache in front of a model
    settings      what a cache is told
    store         answers by key, whatever the place does where they are kept
    backends      the places: memory, disk, Redis
    health        how long a look-up is worth waiting for, and when it is not worth trying
"""
