"""How far portals were read, whose turn it is, and what could not be kept."""
