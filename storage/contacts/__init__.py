"""Email addresses and phone numbers of a party."""
