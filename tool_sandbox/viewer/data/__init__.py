"""What the pages show, as plain data: rows of samples, conversations, tables of the world, milestones.

- `rows`: one row for each sample, for lists and filters
- `overview`: runs as JSON, for programs
- `samples`: one sample with all of the following
- `messages`: the conversation
- `turns`: what each turn of it took of models
- `tables`: the world after each message that changed it
- `calls`: what models were asked and answered, from the journal
- `milestones`: what became of milestones and minefields
"""
