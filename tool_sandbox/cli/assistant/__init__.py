"""What ``tool_sandbox mcp`` offers to an assistant.

The tools: ``scenarios``, ``results`` of runs, ``background`` for runs that are started here. ``places`` says which
runs may be read, ``answer`` is what every tool gives. ``protocol`` turns the tools' functions into what MCP shows and
calls, ``serving`` has a client connected to them. Only these two need the extra ``mcp``.
"""
