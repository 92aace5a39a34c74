"""What an answer says is on or off.

::

    states        facts about it: begin here
    statements    every state bound to what it is said of
    spoken        whether it is said to be so, or only spoken of
    forms         the words around a state
    settings      what people call switches, and on and off
"""
