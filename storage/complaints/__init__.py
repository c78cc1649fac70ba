"""Complaints and suggestions: filed by citizens, handled by officers, and what is published of them."""
