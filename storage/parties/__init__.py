"""People and organisations, and the key of each."""
