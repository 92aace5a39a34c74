"""A small suite of a user's own: a tool, a table, a world and scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

TABLE = "LOANS"

TOOL = '''
from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.world.schemas import register_namespace

LOANS = register_namespace("LOANS", {"title": "text", "lent_to": "text"}, {"title": "rouge"})


@register_as_tool()
def lend_from_shelf(title: str, person: str = "nobody") -> None:
    """Note that a book was lent. Wifi must be on. It is written on the shelf.

    Args:
        title: The book.
        person: Who has it now.
    """
    context = get_current_context()
    rows = [{**row, "lent_to": person} if row["title"] == title else row for row in context.rows(LOANS)]
    context.replace_rows(LOANS, rows)
'''

SUITE = """
worlds:
  bookcase:
    like: base
    now: "2026-06-15 08:00"
    zone: Europe/Stockholm
    settings: {cellular: false}
    reminders: {return: {content: Ask for the book, created: yesterday 09:00, due: tomorrow 12:00}}
    tables:
      loans: [{title: Fair Play}, {title: The Summer Book}]
scenarios:
  - name: lend_it
    world: bookcase
    description: Wanda takes a book home.
    tags: [books]
    categories: [canonicalization]
    user: {knows: Wanda has borrowed Fair Play., says: "Wanda has Fair Play now,\\n note it"}
    milestones:
      - {id: noted, updated: {loans: {title: Fair Play, lent_to: Wanda}}, match: {title: exact, lent_to: contains}}
      - {id: told, said: I noted that Wanda has Fair Play., facts: {done: noted}}
    solution:
      - lend_from_shelf: {title: Fair Play, person: Wanda}
      - say: I noted that Wanda has Fair Play.
  - name: refuse_it
    world: bookcase
    user: {knows: Nobody has it., says: Lend it}
    tools: [lend_from_shelf]
    milestones: [{id: asked, said: Who has which book?, facts: {asked: which book}}]
    solution: [say: Who has which book?]
"""


def write_suite(folder: Path, suite: str = SUITE) -> Sequence[str]:
    """Save the suite; gives the flags that name it."""
    (folder / "shelf.py").write_text(TOOL, encoding="utf-8")
    (folder / "shelf.yaml").write_text(suite, encoding="utf-8")
    return "--scenarios-from", str(folder / "shelf.yaml"), "--tools-from", str(folder / "shelf.py")
