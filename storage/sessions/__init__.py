"""Sign-ins on their way, sessions and refresh tokens."""
