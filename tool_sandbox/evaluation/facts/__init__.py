"""Whether an answer says what it should, in any words.

::

    mentions      numbers, times, days and phone numbers in a text: a folder of its own
"""
