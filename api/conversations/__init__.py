"""Parties and agencies write to each other about a dossier."""
