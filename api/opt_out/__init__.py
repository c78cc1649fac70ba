"""Whoever holds an address gives it up, without an account."""
