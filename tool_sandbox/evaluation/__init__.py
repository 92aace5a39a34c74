"""How a score comes from a trajectory: columns, rows, tables, milestones, matching.

::

    comparing     cells, rows and tables beside what was wanted: a folder of its own
    snapshots, traces   whole tables, and what tools returned
    facts         what an answer says: a folder of its own
    truth         whether what an answer says of the phone and of the agent's deeds is so: a folder of its own
    constraints   milestones and minefields
    matching      which message met which milestone: a folder of its own
    credit        what each milestone counts for
    outcome       the end alone, whatever way led there
    unasked       what is different in the end and nobody asked for
    result        the score
    explanation   why points were lost: a folder of its own
    simulated_user   whether the user kept to its part: a folder of its own
"""
