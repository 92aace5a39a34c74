"""The tools of the simulated phone. What is a member of this package and a tool is offered to the roles."""
