"""How much an endpoint is asked: as much as it takes, and no more than it was said to.

::

    rate   caps per minute, on calls and on tokens, and how blocks of them are lent to other processes
"""
