"""The catalogue of administrative procedures."""
