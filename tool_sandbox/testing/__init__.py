"""Scenarios as tests of pytest.

``tool_sandbox.pytest_plugin`` is the entry point that every pytest beside this package loads: it declares options, mark
and fixtures, imports nothing heavy, and hands over to this folder when there are scenarios to play.

::

    names     what users write: options, mark, fixtures
    options   what the command line and pytest's ini file say
    asked     what is to be played, from the command line or a mark
    play      one run for many tests
    verdict   whether the trials of a scenario are good enough, in a line
    nodes     what pytest collects: a file or folder of scenarios, and a scenario
    reports   what pytest shows of them
    terminal  what only a person is shown: progress, lines that fit
    session   all of it in one session of pytest, or in one worker of pytest-xdist
"""
