"""Several deployments behind one model, in the words of LiteLLM's router, and the walk over fallbacks.

::

    settings, deployments, options, option_kinds   what a router is told
    proxy_config  reading it from a LiteLLM config.yaml
    router        the deployments of a group as one model
    balancer      LiteLLM's router, which chooses among them
    load          what is known of each: limits, failures, calls in flight
    walk          from the group that is asked first to the fallbacks behind it
"""
