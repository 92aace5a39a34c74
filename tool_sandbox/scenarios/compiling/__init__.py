"""From an entry of a scenario file to a scenario that can be played and scored.

::

    compiler      the whole scenario
    milestones    what is scored
    order         which milestone comes before which
    texts, facts  what a text has to contain
    troubles      what goes wrong with tools
    outcome       what the end should be
    solutions     the script that solves it
    values        values that are worked out
    extraction    values taken out of a tool's result
"""
