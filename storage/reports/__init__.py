"""What was reported to other systems."""
