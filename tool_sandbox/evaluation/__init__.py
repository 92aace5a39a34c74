"""How a score comes from a trajectory: columns, rows, tables, milestones, matching."""
