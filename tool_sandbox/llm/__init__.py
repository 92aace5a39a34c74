"""Everything that knows about models."""
