"""``python -m`` for the command line."""

from tool_sandbox.cli import main

main()
