"""How like what was wanted a world is: cells, rows, whole tables.

::

    columns       one cell beside another
    calls         a recorded call beside a wanted one
    answers       a text beside the facts it has to contain
    rouge, stemmer   texts beside texts
    views, float32   what is compared, and in which precision
    targets       rows beside rows
    assignment    which wanted row belongs to which found one
"""
