"""Fresh worlds: a suite rewritten so that whoever has learned it by heart has learned nothing.

A seed above 0 gives other people, telephone numbers, dates, cities and companies, and other words where an entry says
what may stand there instead. The files are rewritten as they are read, before anything looks at them.

    world_seeding  what a seed makes of a world and of an entry
    changes        what becomes of the values of a file
    words          whole words and what stands in their place
    people         who is called what
    phones         telephone numbers from the ranges that are reserved for fiction
    dates          how many weeks a world is moved, and dates in texts
    places         cities and companies
    things         what texts are about
    variation      what an entry itself lets vary, and what it pins
"""
