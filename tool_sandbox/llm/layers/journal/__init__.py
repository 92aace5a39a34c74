"""Every finished call of a run, kept so that it is never paid for twice.

::

    layer         the journal in front of a model
    calls         the journal: which calls are in it, and what was answered
    entry         one call as a line
    requests      what was asked in calls, each part of it written once
    replay        a model that answers from the journal of a recorded run alone
    store         where lines are kept: the seam between a journal and its places
    files         segments on this machine's disk
    segments      segments in a store of whole files, such as S3
"""
