"""A dossier as both sides have it, and how it stood. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.connectors.reconciling.theirs import Theirs
from storage.reconciliation.comparisons import Run
from storage.reconciliation.findings import Change
from storage.reconciliation.kinds import LIVE, Extent
from storage.reconciliation.ours import Ours
from storage.reconciliation.standings import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One dossier.

    Attributes:
        ours: none where we do not have it, as is `theirs` where they do not; `their_digest` is of that.
        standing: how it stood when it was compared last; none where it never was.
    """

    code: str
    ours: Ours | None
    theirs: Theirs | None
    their_digest: bytes | None
    standing: Standing | None

    @property
    def ours_at(self) -> datetime | None:
        """When ours changed last."""
        return None if self.ours is None else self.ours.updated_at

    def passed(self, run: Run) -> bool:
        """Whether there is nothing to compare: it stands as it did, or ours is too fresh to be judged."""
        if self.ours_at is not None and self.ours_at >= run.until:
            return True
        if self.standing is None or run.extent is Extent.ALL:
            return False
        return self.standing.holds(their_digest=self.their_digest, ours_at=self.ours_at)

    def stands(self, come: Sequence[Change], now: datetime) -> Standing:
        """Return how it stands now, by what came of its findings."""
        return Standing(
            code=self.code,
            their_digest=self.their_digest,
            ours_at=self.ours_at,
            seen_at=now,
            agrees=not any(change.state in LIVE for change in come),
        )
