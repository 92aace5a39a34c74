"""Whether what a message says is so, beside the tables and the calls before it, whatever its facts ask for.

::

    untruths      why a message is untrue: begin here
    phone         what the phone is like: switches, contacts, abilities, phone numbers, values
    deeds         what the agent did: deeds, people told, reminders changed
    people        what became of people: contacts kept, their names, roles and numbers, what they answered
    times         when things are: dates and weekdays, reminders moved
    message       the message that both look at
    past          what had happened before it

A rule is a function from a ``Message`` to the reason why it is untrue, and stands in ``RULES`` of its module.
"""
