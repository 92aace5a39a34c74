"""The vocabulary of scenario files, and reading it strictly.

::

    document, json_nodes   YAML and JSON in which every value knows its line
    models        what the models of the vocabulary share: strict reading, a sentence for each mistake
    fields        the types of single fields
    cells, calls  what may stand for a value and in a row; calls of tools, and the steps of a solution
    checks        milestones, minefields and their verbs
    facts         what an answer has to contain
    troubles      what goes wrong with a tool
    tolerances    how far off a number may be
    entries       whole scenarios and worlds, as written
    reader        an entry with its variants
    proofs        the file beside a scenario file, in which other solutions and other wordings stand
    worlds        the worlds scenarios start in
    moments       points in time
    servers       servers with tools of a user's own
    schema        the JSON Schema for editors
"""
