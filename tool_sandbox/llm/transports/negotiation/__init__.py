"""What a model refuses, found out by asking, remembered, and taken back when it was wrong.

::

    profile       what one model takes, which parameters in another way, and what is known of it beforehand
    refusals      which words of a provider mean which change of the profile, or that a person has to do something
    parameters    refusals of parameters, and of their absence
    limits        refusals of the token limit, and answers that it left no tokens for
    messages      the order of roles, and the fields of messages, as a profile wants them
    fitting       a request as its model takes it
    negotiator    one request on its way to a form that its model takes, and the memory of what models take
    room          room for thinking beside the answer
"""
