"""A user's own tools, for tests."""

from tool_sandbox.common.tool import register_as_tool


@register_as_tool()
def brew_coffee(cups: int, strong: bool = False) -> str:
    """Brew coffee.

    Args:
        cups: How many cups.
        strong: Whether it is strong.

    Returns:
        What is in the pot.
    """
    return f"{cups} {'strong ' if strong else ''}cups"
