"""Complaints and suggestions of citizens, and what agencies do about them."""
