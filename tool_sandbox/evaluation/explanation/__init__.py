"""Why points were lost: what was wanted, what came nearest, and what took the rest.

::

    explain       a scenario and a played world → an explanation
    explanation   what that holds, and what it looks like for people
    remarks       an explanation → what is said beside and below the conversation
    losses        what took the points of one milestone
    unasked       what is different in the end and nobody asked for
    faults        whose fault the losses are
    misses        what one constraint lacks, and where it is looked for
    messages      checks of what was called, requested and said
    tables        checks of what stands in a table
    cells         a row beside the wanted one
    rows          rows and cells of tables, for people
    wanted        what milestones, minefields and the end want, in words
    log           the played conversation, read for people
    parts         reasons, losses, and what became of each milestone
"""
