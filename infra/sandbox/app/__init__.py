"""A small stand-in for the citizen's app: it knows nothing but the public API."""
