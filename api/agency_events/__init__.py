"""Agencies tell what happened to their dossiers."""
