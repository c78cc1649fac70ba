"""Administrative units: provinces and communes as they are, and what became of those before July 2025."""
