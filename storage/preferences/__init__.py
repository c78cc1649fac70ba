"""Which notices a party wants on which channel."""
