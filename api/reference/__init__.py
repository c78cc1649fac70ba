"""The API described for people to read."""
