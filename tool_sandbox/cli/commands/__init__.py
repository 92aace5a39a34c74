"""What each command takes, and which module does it; a group of commands is a file.

::

    play         run, plan, resume, serve
    scenarios    list, show, tools, worlds, check
    results      rescore, pack, reproduce, export, report, explain, compare, view
    authoring    init, new, convert
    environment  cache, mcp, doctor
    given        reads the flags that several commands have

``--help`` lists the commands in this order. Each one imports what it needs when it is called, so that it stays fast.
"""
