"""Tokens that a provider gives for a while, and that must be renewed in time."""
