"""Platforms on which surveys are answered other than here."""
