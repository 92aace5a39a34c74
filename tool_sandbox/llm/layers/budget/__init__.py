"""What calls cost, and what they may cost.

::

    layer         reserved before a call, settled after it
    caps          the limits, and the most that a call can take of them
    lending       one budget that many workers spend, in blocks
    borrowing     a worker's side of it
    spending      what the calls of one sample, or of many, came to
    pricing       prices of models, the user's own and LiteLLM's
    money         sums that cannot lose what is unknown about them
"""
