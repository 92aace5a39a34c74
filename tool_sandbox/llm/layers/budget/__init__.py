"""What calls cost, and what they may cost.

::

    layer         reserved before a call, settled after it
    caps          the limits, and the most that a call can take of them
    spending      what the calls of one sample, or of many, came to
    pricing       prices of models, the user's own and LiteLLM's
    money         sums that cannot lose what is unknown about them
"""
