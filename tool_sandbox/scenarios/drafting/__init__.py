"""A scenario to begin with: calls that work in a world, and the entry that is made of them.

::

    arguments     what a tool could be called with
    calls         calls that succeed in a world, one after the other, and what came of them
    entry         the entry that asks for these calls, in YAML
    played        what a conversation shows of a scenario
    played_entry  scenario files that could be made of it
    placing       adding an entry to a scenario file
"""
