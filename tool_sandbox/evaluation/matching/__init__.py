"""Which message met which milestone: the assignment with the highest score that keeps the order.

::

    matching      the matcher
    similarity    every milestone at every message
    problem       the same as numbers
    graph         the order between milestones
    search        the best assignment
    extremes      every milestone fully met, or none at all
    bounds, trees what no assignment can exceed, and where that can be worked out exactly
"""
