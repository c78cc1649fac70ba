"""Reads portals: what changed there, all that ever was, and the catalogue."""
