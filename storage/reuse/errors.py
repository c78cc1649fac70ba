"""What can go wrong with asking for results and granting them."""

from storage.errors import StorageError
from storage.reuse.kinds import ReuseState


class SourceIdReused(StorageError):  # noqa: N818 - says what is the case
    """The agency has asked for something else under this id, in the request that `request_id` names."""

    def __init__(self, request_id: object) -> None:
        super().__init__(str(request_id))
        self.request_id = request_id


class AnsweredAlready(StorageError):  # noqa: N818 - says what is the case
    """The request stands so that this answer can not follow; `state` says how."""

    def __init__(self, state: ReuseState) -> None:
        super().__init__(state.value)
        self.state = state


class NotAskedFor(StorageError):  # noqa: N818 - says what is the case
    """A document that is to be granted is not of the kind asked for, or not there; `place` is its, from 0."""

    def __init__(self, place: int) -> None:
        super().__init__(str(place))
        self.place = place
