"""Tools of servers that speak the Model Context Protocol, beside ours.

``address`` says where a server is, ``server`` is one that can be asked, ``connection`` the line to it. ``offered``
makes its tools ours, ``parameters`` their parameters of JSON schemas. ``extra`` tells whoever lacks the package.
"""
