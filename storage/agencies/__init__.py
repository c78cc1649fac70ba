"""Agencies, their tree, other names and API clients."""
