"""Portals are told of our dossiers, and of what people ask and think."""
