"""Sessions that ended a short while ago, so that their access tokens, still about, open nothing."""

import time
from collections.abc import Callable, Iterable
from uuid import UUID


class EndedSessions:
    """What one process knows of them; it may hear of the same one again and again.

    It knows each for as long as a token of it may be about. What it has not heard of yet it lets pass.

    Args:
        longest_use: seconds for which an access token may be about.
        now: seconds, ascending.
    """

    def __init__(self, longest_use: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self.longest_use = longest_use
        self._now = now
        self._until: dict[UUID, float] = {}

    def note(self, session_ids: Iterable[UUID]) -> None:
        """Remember that these have ended, and forget those of which no token can be left."""
        now = self._now()
        for known in [known for known, until in self._until.items() if until <= now]:
            del self._until[known]
        for session_id in session_ids:
            self._until.setdefault(session_id, now + self.longest_use)

    def __contains__(self, session_id: UUID) -> bool:
        """Tell whether a session is known to have ended."""
        return session_id in self._until
