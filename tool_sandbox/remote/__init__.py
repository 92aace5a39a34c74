"""Agents that play from outside: in another process, in another language, or as the loop of a trainer.

::

    session      one sample that such an agent plays: its turns, one after the other
    sessions     the samples of a run, which begin when somebody asks for them
    schema       what is said over HTTP, as models
    server       the HTTP API over sessions
    completions  the same behind OpenAI's chat completions
    problems     what is answered instead, when something is wrong
    openapi      the description of the API, made from the models and the routes

Nothing here knows who plays: the state of the world, the judging, the budget and the record are those of any other run.
"""
