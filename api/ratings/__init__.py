"""Ratings: a dossier is rated once, by nobody knows whom."""
