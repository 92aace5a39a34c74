"""Answers that need not be asked for again.

::

    layer         the cache in front of a model
    settings      what a cache is told
    store         entries, one reader and writer of each at a time
    backends      memory, disk, Redis
    patience, circuit   how long a look-up may take, and when it is not worth trying
    stats         what it saved
"""
