"""The tables of the library. Days are written as in 2026-09-29, amounts in pounds."""

from tool_sandbox.common.world.schemas import register_namespace

MEMBERS = register_namespace("MEMBERS", {"card": "text", "name": "text", "born": "text", "blocked": "boolean"})
BOOKS = register_namespace("BOOKS", {"copy": "text", "title": "text", "author": "text", "reserved_for": "text"})
LOANS = register_namespace("LOANS", {"copy": "text", "card": "text", "due": "text", "renewals": "number"})
FEES = register_namespace(
    "FEES", {"fee": "text", "card": "text", "amount": "number", "reason": "text", "state": "text"}
)
