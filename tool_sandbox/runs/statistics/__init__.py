"""How sure the numbers of runs are.

intervals (of means), trials (samples as columns, with what repeated trials show), pairing (two runs side by side),
differences (how sure one between two runs is), looks (at runs again and again).

Only arithmetic over samples is here, which a run needs while it is played; what tells one finished run from another is
in analysis.
"""
