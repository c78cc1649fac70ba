"""Rates that all workers share, and limits on callers."""
