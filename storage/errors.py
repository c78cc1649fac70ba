"""What can go wrong below the API, in the words of the domain."""


class StorageError(Exception):
    """Base of all errors that the storage raises on purpose."""


class NotFoundError(StorageError):
    """The thing does not exist, or belongs to somebody else: the two are never told apart."""


class SettingsError(StorageError):
    """A setting is missing or unusable; the message names it and how to set it."""
