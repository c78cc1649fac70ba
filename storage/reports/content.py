"""What a month's report says: scores as they are published, and how much the channel was used. Pure.

Official letter 4338/BTTTT-CDSQG, III.7, has usage reported to the measuring system; the scores are those of
Decision 766/QD-TTg, hidden where they are hidden from everybody (`storage.scores.grouping`).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from storage.reports.kinds import EVERYBODY
from storage.scores.grouping import LEAST, Tree
from storage.scores.points import Criterion
from storage.scores.publishing import AgencyName, Line, Standing


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reached(_Part):
    """How a criterion is met: see `storage.scores.publishing.Standing`."""

    counted: int
    percent: Decimal | None
    points: Decimal | None

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """Say it as it is published."""
        return cls(counted=standing.counted, percent=standing.percent, points=standing.points)


class AgencyMonth(_Part):
    """What an agency with all below it has reached: see `storage.scores.publishing.Line`.

    The country has neither `code` nor `name`. What is none among `dossiers` and `criteria` is hidden.
    """

    code: str | None
    name: str | None
    parent: str | None
    dossiers: int | None
    criteria: dict[Criterion, Reached | None]
    points: Decimal | None
    out_of: int

    @classmethod
    def of(cls, line: Line) -> Self:
        """Say a line as it is published."""
        return cls(
            code=line.agency and line.agency.code,
            name=line.agency and line.agency.name,
            parent=line.parent,
            dossiers=line.dossiers,
            criteria={one: met and Reached.of(met) for one, met in line.standings.items()},
            points=line.points,
            out_of=line.out_of,
        )


class Usage(_Part):
    """How much the channel was used in a month, by all that the report is on; none is hidden.

    Attributes:
        dossiers: those that ended in the month, `online` those of them that were online.
        conversations: those of them about which a message was written.
        ratings: of those dossiers, from whoever sent one.
        complaints: complaints and suggestions that were received in the month.
    """

    dossiers: int | None
    online: int | None
    conversations: int | None
    ratings: int | None
    complaints: int | None


class MonthReport(_Part):
    """A month as it is told to another system.

    Attributes:
        month: its first day.
        scope: see `storage.reports.kinds.EVERYBODY`.
        agencies: whom the report is on first, then all below it, by their codes.
    """

    month: date
    scope: str
    agencies: tuple[AgencyMonth, ...]
    usage: Usage


def digest_of(content: Mapping[str, Any]) -> bytes:
    """Return a SHA-256 of a report as JSON: the same for whatever says the same."""
    written = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).digest()


def key_of(digest: bytes, number: int) -> str:
    """Return by what key a system knows a report again: 64 hexadecimal digits.

    It is made of the number as well: content that was corrected and comes back is another report, which the
    system has to take in.
    """
    return hashlib.sha256(b"%d:%b" % (number, digest)).hexdigest()


def told(count: int) -> int | None:
    """Return a count as it may be told: of one to four, nothing."""
    return None if 0 < count < LEAST else count


def within(lines: Sequence[Line], agencies: Sequence[AgencyName], scope: str) -> list[Line]:
    """Return the lines of a scope, its own first; none where nothing is counted for it.

    What is hidden was made out among all lines: so a report tells no more than what is published.
    """
    if scope == EVERYBODY:
        return list(lines)
    top = next((one.id for one in agencies if one.code == scope), None)
    if top is None:
        return []
    below = set[UUID | None](Tree(parents={one.id: one.parent_id for one in agencies}).downwards(top))
    found = [line for line in lines if line.agency and line.agency.id in below]
    return sorted(found, key=lambda line: line.agency is not None and line.agency.id != top)
