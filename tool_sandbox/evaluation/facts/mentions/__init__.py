"""What a text mentions, with its place: amounts, money, times, days and phone numbers, in the forms people write.

::

    reading       all mentions in a text, and what one says about another
    normalisation   one form for what is written in several, and the way back
    amounts, money   numbers with their units or currencies
    times, phones, days, day_forms   days have their forms beside them
    numerals, units   what amounts are made of
    mention       what all kinds share: place, agreement, tolerance, rounding
"""
