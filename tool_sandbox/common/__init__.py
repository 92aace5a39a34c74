"""The kernel: the world, its messages and their conversion."""
