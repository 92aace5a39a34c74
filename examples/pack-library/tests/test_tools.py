"""What the tools of the desk allow and refuse, without any agent."""

from collections.abc import Iterator

import pytest
from tool_sandbox_library.tables import BOOKS, FEES, LOANS, MEMBERS
from tool_sandbox_library.tools import find_books, lend_book, renew_loan, return_book

from tool_sandbox.common.execution_context import ExecutionContext, new_context


@pytest.fixture(autouse=True)
def desk() -> Iterator[ExecutionContext]:
    """Two members, of whom one owes too much, and a book that was due long ago."""
    context = ExecutionContext()
    context.add_rows(MEMBERS, [{"card": card, "name": card, "blocked": False} for card in ("1", "2")])
    context.add_rows(BOOKS, [{"copy": "A", "title": "Ferns"}, {"copy": "B", "title": "Moss", "reserved_for": "2"}])
    context.add_rows(LOANS, [{"copy": "B", "card": "1", "due": "2000-01-01", "renewals": 0}])
    context.add_rows(FEES, [{"fee": "F1", "card": "2", "amount": 10.2, "state": "open"}])
    with new_context(context):
        yield context


def test_a_book_on_the_shelf_is_lent_once() -> None:
    lend_book("A", "1")
    assert [book["on_shelf"] for book in find_books("ferns")] == [False]
    with pytest.raises(ValueError, match="Copy A is lent already"):
        lend_book("A", "1")


def test_who_owes_too_much_cannot_borrow() -> None:
    with pytest.raises(ValueError, match=r"10\.20 pounds are unpaid on card 2"):
        lend_book("A", "2")


def test_what_is_reserved_cannot_be_renewed() -> None:
    with pytest.raises(ValueError, match="reserved for somebody else"):
        renew_loan("B")


def test_a_late_book_costs_a_fee(desk: ExecutionContext) -> None:
    amount = return_book("B")
    assert amount > 1000
    assert [(row["card"], row["amount"]) for row in desk.rows(FEES)][1:] == [("1", amount)]
    assert desk.rows(LOANS) == ()
