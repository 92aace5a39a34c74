"""What a good answer keeps to: another may leave it out, but is wrong where it breaks it.

::

    others        nobody else, and each of those who are listed
    further       no further deeds
    wholly        no part of a deed left undone
    topics        nothing else that somebody was told, or will be reminded of
    replacements  no other content where the good answer has its own
    reasons       no reason of which nobody speaks
    invented      no values that are made up
    directions    which way amounts count
    bindings      which number, phone number or deed belongs to what
    addresses     streets and postal codes
    sides         which of two opposites
    affirmed      what is said of others than the agent

Each module has a fact, most often a ``Limit``, and a function that makes it of a good answer; ``implied`` calls them.
"""
