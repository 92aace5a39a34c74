"""What a run will take, reckoned before it begins: calls, tokens, money and time.

::

    estimate      the numbers, as they are shown and kept
    estimator     makes them for a run
    bill          what the calls of one role come to, in tokens and money
    conversation  what models are asked when a conversation goes by the recorded solution
    habits        how a model answered in former runs: how long it took, how much it thought
"""
