"""Reading what a model answered, in OpenAI's format and in what servers make of it.

::

    answer_body   JSON or a stream of events
    json_bodies, lenient_json   JSON that is too large, too deep, or broken
    completion    a whole answer
    streams       an answer in pieces
    finish_reasons   how it ended
    usage         how many tokens it took
    thoughts      what the model said to itself, and marks that a text only talks about
    whole_text    text that can be sent on
    written_calls tool calls written into the text: a folder of its own
"""
