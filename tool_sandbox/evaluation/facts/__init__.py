"""What an answer says, in whatever words, and whether it is what it should say.

::

    verdict       all facts of an answer, and what they say about a text: begin here
    recognition   which fact a plain text stands for
    implied       the facts that a good answer holds by itself
    fact          what a fact is
    combined      alternatives, and facts in several parts
    amounts       numbers, money, times, days, durations, phone numbers
    people, places   people and places
    others        nobody and nothing else
    directions    which way amounts count
    addresses     streets and postal codes
    switches      these switches and no other in their place
    states        what is on or off
    statements, state_forms, settings   what an answer says is on or off, and what people call it
    deeds, verbs  what was done or not, and the verbs for it
    counts        how many of something
    phrases, opposites   free words, and their opposites
    replacements, synonyms   other content where the good answer has its own
    asking        answers that ask back or decline
    reading, clauses, tokens   the answer, read once
    surroundings  what words are read against
    mentions      amounts, money, times, days and phone numbers in a text: a folder of its own
"""
