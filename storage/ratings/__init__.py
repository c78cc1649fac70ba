"""Ratings of closed dossiers, from nobody in particular."""
