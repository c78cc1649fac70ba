"""Rates that all workers share."""
