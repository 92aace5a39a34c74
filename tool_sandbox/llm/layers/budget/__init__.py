"""What calls cost, and what they may cost.

::

    layer         reserved before a call, settled after it
    caps          the limits
    worst_case    the most that a call can cost
    spending      what was spent and what is held
    pricing, litellm_prices   prices of models
    money         sums that cannot lose what is unknown about them
"""
