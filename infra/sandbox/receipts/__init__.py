"""What the providers report on messages that they took: when, in which order, and how honestly, by script."""
