"""What portals are told of our dossiers, and of what people ask and think, and what became of it."""
