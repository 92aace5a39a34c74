"""Find out how well a language model uses tools, in a stateful, conversational world."""

__version__ = "1.0.0.dev0"
