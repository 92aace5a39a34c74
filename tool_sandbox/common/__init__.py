"""The kernel: the world, its messages and their conversion.

::

    words and tables      vocabulary, schemas, snapshots, tables, frames (as DataFrames), not_given
    the world             execution_context, console, capture
    messages              message, message_conversion, tool_code, transcript, trajectory, indented_json, folder_names
    scenarios             scenario, script, yaml_source
    tools                 tool, tool_discovery, tool_rules, tool_conversion, docstrings, json_types, scrambling
    their arguments       declared, tool_arguments, annotations, argument_types, readable_types, json_words, coroutines
    their errors          exception_text
    what tools share      row_filters, dataframe_filters, type_checks, value_checks, currencies, dates, values
    names of the original evaluation, utils, validators, tool_trace_extractors, compatibility
    beside them           nearest, serialization, logging_switch
"""
