"""Models on this machine: found, fetched, served while a run lasts.

::

    models        which models there are, and where their files come from
    server        the process that serves one
    gguf_header   what a model's file says of itself
"""
