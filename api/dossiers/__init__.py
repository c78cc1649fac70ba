"""Citizens read their dossiers."""
