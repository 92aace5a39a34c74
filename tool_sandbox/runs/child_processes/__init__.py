"""Processes that this one starts to share its work, and the messages between them.

::

    started       the side that starts them
    inside        the side of a process that was started
    connection    messages over a stream of bytes
"""
