"""From a sample that was played to its verdict.

::

    verdict     what is made of a played sample
    judges      the samples of a run, judged when there is time for it
    beside      the process that helps when too many wait
    process     what that process runs

Calls of models go first: a sample that was played has left its place to the next one, and its verdict can wait.
"""
