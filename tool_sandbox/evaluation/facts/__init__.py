"""What an answer says, in whatever words, and whether it is what it should say.

::

    verdict       all facts of an answer, and what they say about a text: begin here
    recognition   which fact a plain text stands for
    implied       the facts that a good answer holds by itself
    fact          what a fact is
    combined      alternatives, and facts in several parts
    amounts       numbers, money, times, days, durations, phone numbers
    people, places   people and places
    others, further   nobody else, each of them, and no further deeds
    wholly        no part of a deed left undone
    invented      values that are made up
    directions    which way amounts count
    topics        what somebody was told, or will be reminded of
    addresses     streets and postal codes
    bindings      which number, phone number or deed belongs to what
    switches      these switches and no other in their place
    states        what is on or off
    statements, spoken, state_forms, settings   what an answer says is on or off, and what people call it
    deeds, verbs, reports, failures   what was done or not, the verbs for it, and what is said without one
    counts        how many of something
    phrases, opposites   free words, and their opposites
    replacements, synonyms   other content where the good answer has its own
    asking        answers that ask back or decline
    reading, clauses, tokens   the answer, read once
    surroundings, known   what words are read against, and the words that are known from it
    mentions      amounts, money, times, days and phone numbers in a text: a folder of its own
"""
