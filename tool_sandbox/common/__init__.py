"""The kernel: the world, its messages and their conversion.

::

    words         vocabulary, not_given, counted
    settings and data from outside  checks
    the world     execution_context, and the folder world
    messages      message, chat_format, transcript, trajectory, indented_json, shared_json, folder_names
    for people    annotated_transcript, annotations, call_text, visible_text
    scenarios     scenario, script, yaml_source
    trouble       trouble, troubled_call
    tools         tool, tool_discovery, tool_conversion, tool_effects, argument_names
                  and the folders signatures and execution
    what tools share      currencies, units, unit_registry, values
    names of the original evaluation, message_conversion, utils, validators, tool_trace_extractors, compatibility
    beside them   serialization
"""
