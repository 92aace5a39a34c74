"""Everything that knows about models.

::

    chat          what is said: one request, one response, and the seam that every layer shares
    fingerprint   what makes two requests the same
    settings, config, providers   how a model is called
    stack         puts together what stands between a role and a model
    layers        what stands there: a folder of its own
    layer         what all layers share: one flow, its synchronous edge, closing
    routing       several deployments behind one model: a folder of its own
    transports    the ways to a server: a folder of its own
    local         models on this machine: a folder of its own
    probes        whether a run can work with a model: a folder of its own
    scripted      answers without a model
    random_caller calls without a model, by chance
    token_counter how many tokens a request has, without asking anybody

Only ``transports.through_litellm.transport`` imports LiteLLM.
"""
