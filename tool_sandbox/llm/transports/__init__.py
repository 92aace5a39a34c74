"""The two ways to a server, and all they need to ask it and to understand what it says.

::

    through_litellm   every provider, through LiteLLM: a folder of its own
    direct        any OpenAI-compatible server over plain HTTP
    address       where a ``direct:`` model is
    http_text     what a key or header may hold
    rate_limits   what a provider says of its limits
    history, turns   what of the conversation is sent back
    negotiation   what a model refuses, learned and unlearned: a folder of its own
    completions   reading answers, whole or streamed: a folder of its own
    errors        naming failures: a folder of its own
"""
