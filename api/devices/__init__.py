"""Phones on which push messages arrive."""
