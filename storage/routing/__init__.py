"""How notices travel, as operators set it: every version is kept."""
