"""What the assistant at the desk can do."""

from datetime import date
from typing import Any

from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox_library.rows import change, contains, in_days, rows_with, the_row, today
from tool_sandbox_library.tables import BOOKS, FEES, LOANS, MEMBERS

LOAN_DAYS = 21
MOST_RENEWALS = 2
MOST_OWED = 10.0
FEE_PER_DAY = 0.2


@register_as_tool()
def find_members(name: str) -> list[dict[str, Any]]:
    """Find members of the library.

    Args:
        name: The whole name or a part of it.

    Returns:
        A list of members, each with card, name, born and blocked. Empty if none fits.
    """
    return [row for row in rows_with(MEMBERS) if contains(row["name"], name)]


@register_as_tool()
def find_books(words: str) -> list[dict[str, Any]]:
    """Find copies of books.

    Args:
        words: Words of the title, of the author's name, or of both.

    Returns:
        A list of copies, each with copy, title, author, reserved_for (a card, or null) and on_shelf.
    """
    found = [row for row in rows_with(BOOKS) if contains(f"{row['title']} {row['author']}", words)]
    return [{**row, "on_shelf": not rows_with(LOANS, copy=row["copy"])} for row in found]


@register_as_tool()
def find_loans(card: str) -> list[dict[str, Any]]:
    """What a member has borrowed and not yet returned.

    Args:
        card: The number of the member's card.

    Returns:
        A list of loans, each with copy, title, due and renewals.
    """
    the_row(MEMBERS, "card", card=card)
    loans = rows_with(LOANS, card=card)
    return [{**loan, "title": the_row(BOOKS, "copy", copy=loan["copy"])["title"]} for loan in loans]


@register_as_tool()
def find_fees(card: str) -> list[dict[str, Any]]:
    """The fees that a member has not yet paid.

    Args:
        card: The number of the member's card.

    Returns:
        A list of fees, each with fee, amount in pounds and reason.
    """
    the_row(MEMBERS, "card", card=card)
    return rows_with(FEES, card=card, state="open")


@register_as_tool()
def lend_book(copy: str, card: str) -> str:
    """Lend a copy to a member. The card must not be blocked, and no more than 10 pounds may be unpaid.

    Args:
        copy: The number of the copy.
        card: The number of the member's card.

    Returns:
        The day until which the book is lent.
    """
    book, member = the_row(BOOKS, "copy", copy=copy), the_row(MEMBERS, "card", card=card)
    if member["blocked"]:
        raise ValueError(f"Card {card} is blocked.")
    owed = sum(fee["amount"] for fee in rows_with(FEES, card=card, state="open"))
    if owed > MOST_OWED:
        raise ValueError(f"{owed:.2f} pounds are unpaid on card {card}; at most {MOST_OWED:.2f} may be.")
    if rows_with(LOANS, copy=copy):
        raise ValueError(f"Copy {copy} is lent already.")
    if book["reserved_for"] not in (None, card):
        raise ValueError(f"Copy {copy} is reserved for somebody else.")
    loan = {"copy": copy, "card": card, "due": in_days(LOAN_DAYS), "renewals": 0}
    get_current_context().add_rows(LOANS, [loan])
    return str(loan["due"])


@register_as_tool()
def renew_loan(copy: str) -> str:
    """Lend a copy to the same member for 21 more days, at most twice, and not if somebody has reserved it.

    Args:
        copy: The number of the copy.

    Returns:
        The new day until which the book is lent.
    """
    loan, book = the_row(LOANS, "loan of copy", copy=copy), the_row(BOOKS, "copy", copy=copy)
    if book["reserved_for"] is not None:
        raise ValueError(f"Copy {copy} is reserved for somebody else.")
    if loan["renewals"] >= MOST_RENEWALS:
        raise ValueError(f"Copy {copy} was renewed {MOST_RENEWALS} times already.")
    due = in_days(LOAN_DAYS, date.fromisoformat(loan["due"]))
    change(LOANS, {**loan, "due": due, "renewals": loan["renewals"] + 1}, "copy")
    return due


@register_as_tool()
def return_book(copy: str) -> float:
    """Take a copy back. A fee of 20 pence is noted for each day that it is late.

    Args:
        copy: The number of the copy.

    Returns:
        The fee in pounds, 0 if there is none.
    """
    loan, context = the_row(LOANS, "loan of copy", copy=copy), get_current_context()
    context.replace_rows(LOANS, [row for row in rows_with(LOANS) if row["copy"] != copy])
    late = (today() - date.fromisoformat(loan["due"])).days
    amount = round(max(late, 0) * FEE_PER_DAY, 2)
    if amount:
        number = f"F{len(context.rows(FEES)) + 1}"
        fee = {"fee": number, "card": loan["card"], "amount": amount, "reason": f"{late} days late", "state": "open"}
        context.add_rows(FEES, [fee])
    return amount


@register_as_tool()
def reserve_book(copy: str, card: str) -> None:
    """Keep a copy for a member, for when it comes back.

    Args:
        copy: The number of the copy.
        card: The number of the member's card.
    """
    book, _ = the_row(BOOKS, "copy", copy=copy), the_row(MEMBERS, "card", card=card)
    if book["reserved_for"] is not None:
        raise ValueError(f"Copy {copy} is reserved already.")
    change(BOOKS, {**book, "reserved_for": card}, "copy")


@register_as_tool()
def settle_fee(fee: str, paid: bool) -> None:
    """Close a fee.

    Args:
        fee: The number of the fee.
        paid: True if the member has paid it, False if the library waives it.
    """
    row = the_row(FEES, "fee", fee=fee)
    if row["state"] != "open":
        raise ValueError(f"Fee {fee} is {row['state']} already.")
    change(FEES, {**row, "state": "paid" if paid else "waived"}, "fee")


@register_as_tool()
def block_card(card: str) -> None:
    """Block a card, so that nothing can be borrowed with it.

    Args:
        card: The number of the card.
    """
    change(MEMBERS, {**the_row(MEMBERS, "card", card=card), "blocked": True}, "card")
