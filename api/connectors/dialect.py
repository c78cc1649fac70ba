"""How one deployment of the portals' exchange interface writes things. What differs is data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.dossiers.statuses import DossierStatus
from storage.parties.kinds import PartyKind

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
SAME_STATUSES = {str(int(status)): status for status in DossierStatus}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalDialect:
    """Dates, enumerations and statuses of one deployment.

    Attributes:
        date_formats: tried in turn, as for `strptime`; times without an offset are Vietnam's.
        statuses: their status codes in the ten of the national exchange.
        kinds: their kinds of applicant (LoaiDoiTuong). The session interface counts from 1, a newer
            ministry one from 0; a citizen number or tax code decides where the field is absent.
    """

    date_formats: tuple[str, ...] = (
        "%Y%m%d%H%M%S",
        "%Y%m%d%H%M",
        "%Y%m%d",
        "%d/%m/%Y %H:%M:%S",
        "%d/%m/%Y %H:%M",
        "%d/%m/%Y",
    )
    statuses: Mapping[str, DossierStatus] = field(default_factory=lambda: SAME_STATUSES)
    kinds: Mapping[str, PartyKind] = field(
        default_factory=lambda: {"1": PartyKind.PERSON, "2": PartyKind.ORGANISATION}
    )

    def read_time(self, text: str) -> datetime:
        """Return a moment with its offset. Raises ValueError."""
        for pattern in self.date_formats:
            try:
                # strptime takes fewer digits than the pattern names; a length check keeps formats apart.
                read = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is added below
            except ValueError:
                continue
            if not text.isdigit() or len(text) == len(read.strftime(pattern)):
                return read.replace(tzinfo=VIETNAM)
        read = datetime.fromisoformat(text)
        return read if read.tzinfo else read.replace(tzinfo=VIETNAM)


NATIONAL = PortalDialect()
