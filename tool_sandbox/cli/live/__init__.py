"""What is shown of a run while it lasts.

::

    loading    what is done before it begins
    opening    which display it gets
    progress   what the run tells, as numbers
    status     what follows from them: score, speed, what is left
    display    what all displays share: a thread of their own
    screen     on a terminal: a block of lines
    log        elsewhere: a line now and then
    events     for other programs: JSON, one object a line
    together   several of these at once
    keyboard, keys        what is pressed meanwhile, and what it means
    block, bar, wording   what stands in them
    bottom, terminals     how it is written

The run's thread only tells: it changes numbers, draws nothing and waits for nothing.
"""
