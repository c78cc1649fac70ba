"""What goes wrong with the development database."""

from storage.errors import StorageError


class EmbeddedPostgresError(StorageError):
    """The development database cannot be set up, started or stopped; the message says why and what to do."""
