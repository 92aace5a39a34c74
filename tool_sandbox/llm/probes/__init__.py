"""Whether a run can work with a model, found out by a handful of short calls through the layers that a run has.

::

    examination   all probes of a model, in order
    subject       a model that is probed, and what is known of it so far
    credentials   the probe that comes before any call
    calls         the probes that ask the model, and its server
    questions     what they ask
    facts         the probes that ask nobody: what the answers and the lists of models tell
    servers       what a server of one's own says of itself, and how it is started so that it reads tool calls
    advice        what to do about a call that failed
    finding       what one probe found out
"""
