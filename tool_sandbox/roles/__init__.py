"""Who speaks in a conversation: user, agent and execution environment."""
