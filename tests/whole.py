"""Settings as they are while the environment is that of a test."""

from functools import cached_property

from api.settings import Settings


def whole(settings: Settings) -> Settings:
    """Return settings with all their groups, which are else read when they are first asked for."""
    for name, kind in vars(Settings).items():
        if isinstance(kind, cached_property):
            getattr(settings, name)
    return settings
