"""Naming failures: from whatever went wrong beneath to one tree of errors.

::

    classification   by status, words and class
    signs         what providers' words mean
    foreign       exceptions of LiteLLM, the SDKs and HTTP clients
    reported      errors inside an answer with status 200
    unparsed_calls   the model's own mistakes that a server reports as its error
    retry_after   how long a provider asks to wait
"""
