"""Finding procedures: by a citizen's own words, by what is known of them, by what happens in life."""
