"""Dossiers, their order of events and their clock."""
