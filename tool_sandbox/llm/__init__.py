"""Everything that knows about models.

::

    what is said          chat, fingerprint, redaction, whole_text
    how it is put         config, settings, providers, address, proxy_config, http_text, retirement, releases
    layers, outermost first, put together by stack and walked by layers
        watched           observability, span_attributes
        journal           journal, journal_entry
        cache             cache, cache_settings, cache_store, cache_backends, cache_stats, cache_patience,
                              circuit
        budget            budget, caps, spending, worst_case, money, pricing, litellm_prices
        tools             tool_support, native_tools, prompted_tools, tool_formats, written_calls, lenient_json, mention
        retry             retry, retry_policy, tries, retry_after, outages
        transport         completion (LiteLLM), direct (plain HTTP), router (several of them)
    beneath LiteLLM       litellm_shapes, litellm_keys, raw_answer, deadline, workers
    reading answers       reading, answer_body, json_bodies, streaming, finish_reasons, usage, thoughts
    naming failures       faults, fault_signs, foreign_errors, reported_errors, unparsed_calls
    beneath the router    routing, router_options, route, strategies
    negotiation           what a model refuses, learned and unlearned: a folder of its own
    beside the layers     history (what is sent back), turns, scripted (answers without a model)
    models on this machine  local, local_server, gguf_header

Every layer has the two methods of ``chat.ChatModel``. Only ``completion`` and what lies beneath it knows LiteLLM, and
only ``completion`` imports it.
"""
