"""Asking a model through LiteLLM, which only ``transport`` imports, and only when a call is made.

::

    transport     one call: asked, read, named when it fails
    loading       whether LiteLLM is being imported
    shapes        LiteLLM's objects as plain data
    raw_answer    what the server really sent
    keys          which key LiteLLM would send when it was given none
    releases      which releases can be used
    retirement    models that their providers have announced the end of
"""
