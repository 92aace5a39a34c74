"""Running tool calls: the console and what it needs.

::

    console       the namespace in which code runs
    tool_code     a tool call as Python code
    capture       what a piece of code prints
    coroutines    coroutine functions where plain ones are called
    exception_text   what a model is told of an exception
"""
