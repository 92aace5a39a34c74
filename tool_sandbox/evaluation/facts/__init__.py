"""What an answer says, in whatever words, and whether it is what it should say.

::

    verdict       all facts of an answer, and what they say about a text: begin here
    recognition   which fact a plain text stands for
    implied       the facts that a good answer holds by itself
    fact          what a fact is
    combined      alternatives, and facts in several parts
    amounts       numbers, money, times, days, durations, phone numbers
    counts        how many of something
    people, places   people and places
    phrases, opposites, synonyms   free words, their opposites, and words for the same thing
    states        what is on or off: a folder of its own
    deeds, doers, verbs   what was done or not, by whom, and the verbs for it
    reports, failures   what is said of a deed without a verb for it
    asking        answers that ask back or decline
    limits        what a good answer keeps to, such as that nobody else was told: a folder of its own
    reading, clauses, tokens   the answer, read once
    surroundings, known   what words are read against, and the words that are known from it
    mentions      amounts, money, times, days and phone numbers in a text: a folder of its own

A fact that an entry asks for is recognised in ``recognition``; one that follows from a good answer by itself is made in
``implied``. What is held against the world, not against the good answer, is a rule of ``evaluation.truth``.
"""
