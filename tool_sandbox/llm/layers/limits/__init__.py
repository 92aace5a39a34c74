"""How much an endpoint is asked: as much as it takes, and no more than it was said to.

::

    layer         makes a call when its endpoint has room for it
    endpoints     the endpoints of a run, each known once
    endpoint      who may call now, and what keeps others from it
    place         a call that may be made
    lines         who waits, and whose turn it is
    notice        what is told of that
    concurrency   how many calls it takes at once, found out by asking
    announced     what it says of its limits in the headers of its answers
    rate          caps per minute
    lending       blocks of them for other processes, by whoever has the cap
    borrowing     the side of these processes
    tokens        how many tokens a call will take
"""
