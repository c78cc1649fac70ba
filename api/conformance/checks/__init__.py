"""What is checked, each by a small function of the evidence. Pure."""
