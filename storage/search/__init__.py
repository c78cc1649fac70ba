"""Finding procedures in a citizen's own words."""
