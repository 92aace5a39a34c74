"""The tables of a world and every version of them.

::

    schemas       the columns of each table
    tables        the versions of all tables
    snapshots     which version stood after which message
    frames        tables as DataFrames, for code written against the original
    row_filters, dataframe_filters   finding rows
"""
