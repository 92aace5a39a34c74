"""Pages of runs, served or as one file.

- `server`: the pages served, live while runs last
- `library`: the runs that are looked at
- `search`: which samples say what
- `filters`: which samples a person asks for
- `groups`: what took points, by reason, scenario, category or presentation
- `report`: runs as one file that anybody can open
- `pages`: the page itself, from templates, one style sheet and plain modules of JavaScript
- `overview`: what runs came to
- `charts`: scores, costs and times as SVG
- `data/`: samples as plain data
"""
