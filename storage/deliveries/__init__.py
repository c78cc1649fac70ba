"""One send on one channel."""
