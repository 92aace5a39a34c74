"""What calls cost, and what they may cost.

::

    layer         reserved before a call, settled after it
    caps          the limits
    worst_case    the most that a call can cost
    account       what was spent and what is held, for each thing that has a cap
    spending      what the calls of one sample, or of many, came to
    pricing, litellm_prices   prices of models
    money         sums that cannot lose what is unknown about them
"""
