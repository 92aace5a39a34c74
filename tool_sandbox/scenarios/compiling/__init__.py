"""From an entry of a scenario file to a scenario that can be played and scored.

::

    compiler      the whole scenario
    milestones    what is scored, and in which order
    solutions     the script that solves it
    values        values that are worked out
    extraction    values taken out of a tool's result
"""
