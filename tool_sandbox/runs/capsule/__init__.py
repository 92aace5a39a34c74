"""A run as one file that anybody can play again, without a model.

::

    archive        files in and out of a compressed archive, whoever made it
    sources        the files of a user's own that a run was played with
    packing        a run directory as a capsule
    unpacking      a capsule as a run directory
    reproduction   the scores of a run against those that its journal comes to here
    surroundings   what is different here: versions, settings, scenarios, prices
"""
