"""How a score comes from a trajectory: columns, rows, tables, milestones, matching.

::

    comparing     cells, rows and tables beside what was wanted: a folder of its own
    facts         what an answer says: a folder of its own
    snapshots, traces   whole tables, and what tools returned
    constraints   milestones and minefields
    matching      which message met which milestone: a folder of its own
    result        the score
"""
