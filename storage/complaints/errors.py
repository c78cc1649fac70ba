"""Why something was not done with a complaint. Nothing of it was kept."""

from storage.complaints.kinds import ComplaintStep
from storage.errors import StorageError


class Overtaken(StorageError):  # noqa: N818 - says what is the case
    """The complaint is not any more as it was seen; `last` is what happened to it since."""

    def __init__(self, last: ComplaintStep) -> None:
        super().__init__(last.value)
        self.last = last


class NotNow(StorageError):  # noqa: N818 - says what is the case
    """It can not be done as the complaint stands, also for who saw it so."""


class Decided(StorageError):  # noqa: N818 - says what is the case
    """A moderator has decided whether others may read it, and that stays."""
