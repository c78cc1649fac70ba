"""What agencies told us, kept for good."""
