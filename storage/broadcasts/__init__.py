"""What is told to many at once: one row each, and a mark of whoever reads it."""
