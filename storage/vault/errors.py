"""What can go wrong with a document, in the words of the store."""

from storage.errors import StorageError
from storage.vault.kinds import DocumentState


class SourceIdReused(StorageError):  # noqa: N818 - says what is the case
    """The agency has sent another content under this id."""


class NotIntact(StorageError):  # noqa: N818 - says what is the case
    """A row was changed by somebody else than this program: it is not to be built on, nor shown as good."""


class StateConflict(StorageError):  # noqa: N818 - says what is the case
    """The document is in a state from which this does not follow; `state` names it."""

    def __init__(self, state: DocumentState) -> None:
        super().__init__(state.value)
        self.state = state
