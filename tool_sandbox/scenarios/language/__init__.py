"""The vocabulary of scenario files, and reading it strictly.

::

    document, json_nodes   YAML and JSON in which every value knows its line
    fields        one mapping, key by key
    entries       the words, and the frozen models behind them
    reader        an entry
    checks        its milestones, minefields and solution
    worlds        the worlds scenarios start in
    log, moments  messages that stand there already, points in time
    schema        the JSON Schema for editors
"""
