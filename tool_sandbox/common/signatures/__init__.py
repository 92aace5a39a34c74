"""What a tool takes: from its Python signature to the schema a model sees, and from JSON to its arguments.

::

    annotations, docstrings   what a function says of its parameters
    json_types    the schema of plain types
    argument_types, readable_types   types that JSON has no word for
    json_words    values in JSON's words
    tool_rules    what a function must be like to be a tool
    call_shape    which argument is which parameter's
    tool_arguments   from a model's JSON to what the function is called with
    type_checks, value_checks   what tools check themselves
    scrambling    names and descriptions made unhelpful
"""
