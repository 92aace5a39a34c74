"""What stands between a role and a transport, outermost first; ``llm.stack`` puts it together.

::

    tracing, span_attributes   spans and callbacks
    journal       every finished call, written down: a folder of its own
    cache         answers that need not be asked for again: a folder of its own
    budget        what calls cost and may cost: a folder of its own
    prompted_tools   models that cannot call tools natively: a folder of its own
    retry         trying again
    limits        how much an endpoint is asked: a folder of its own
    tally         what the calls of one role came to
    outages       waiting together for a server that is down
"""
