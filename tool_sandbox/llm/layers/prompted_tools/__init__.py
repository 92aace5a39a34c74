"""Tools for models that cannot call them natively: told in the prompt, read from the text.

::

    support       which way a model takes tools, and calls that one with native tools wrote into its text all the same
    layer         tools told in the prompt
    formats       the ways to tell them
"""
