"""Channels as operators leave them: sending or paused."""
