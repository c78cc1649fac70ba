"""Phones with the app."""
