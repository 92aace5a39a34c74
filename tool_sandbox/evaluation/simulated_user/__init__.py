"""Whether the simulated user kept to its part: what it may know, what it may say, and when it may go.

::

    rules         the rules, and which of them a played conversation breaks
    inventions    numbers, dates and names that the user cannot know
    names         the names in what somebody writes
    pretence      a user that speaks as the assistant
    leaving       a user that leaves before anything was answered
"""
