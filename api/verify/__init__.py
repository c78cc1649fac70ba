"""Verifying a sealed document: a page for people, JSON for machines, and what both need offline."""
