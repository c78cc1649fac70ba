"""Accounts with providers: their settings, one module each."""
