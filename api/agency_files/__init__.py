"""Agencies send what happened to their dossiers as a table."""
