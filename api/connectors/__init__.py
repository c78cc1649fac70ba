"""Other systems: what they say, in our words."""
