"""What the agent can do: place, find and cancel orders of a grocer's."""

from tool_sandbox.common.execution_context import get_current_context
from tool_sandbox.common.tool import register_as_tool
from tool_sandbox.common.world.schemas import register_namespace

ORDERS = register_namespace("ORDERS", {"number": "text", "item": "text", "quantity": "number", "status": "text"})


@register_as_tool()
def find_orders(item: str) -> list[dict[str, str | float]]:
    """The customer's orders of an item.

    Args:
        item: Such as "milk".
    """
    return [dict(row) for row in get_current_context().rows(ORDERS) if row["item"] == item]


@register_as_tool()
def place_order(item: str, quantity: int) -> str:
    """Order an item.

    Args:
        item: Such as "milk".
        quantity: How many.

    Returns:
        The number of the order.
    """
    context = get_current_context()
    number = f"A{len(context.rows(ORDERS)) + 1}"
    context.add_rows(ORDERS, [{"number": number, "item": item, "quantity": quantity, "status": "open"}])
    return number


@register_as_tool()
def cancel_order(number: str) -> None:
    """Cancel an order.

    Args:
        number: The number of the order.

    Raises:
        ValueError: There is no such order, or it is on its way.
    """
    context = get_current_context()
    orders = [dict(row) for row in context.rows(ORDERS)]
    found = next((order for order in orders if order["number"] == number), None)
    if found is None:
        raise ValueError(f"There is no order {number}.")
    if found["status"] == "shipped":
        raise ValueError(f"Order {number} is on its way and cannot be cancelled.")
    found["status"] = "cancelled"
    context.replace_rows(ORDERS, orders)
