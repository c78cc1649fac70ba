"""How one deployment of the portals' exchange interface writes things. What differs is data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from storage.dossiers.statuses import DossierStatus
from storage.parties.kinds import PartyKind

T = TypeVar("T")
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
SAME_STATUSES = {str(int(status)): status for status in DossierStatus}
SAME_CHANNELS = {"1": 1, "2": 2, "3": 3}
NO_DATES = frozenset({date(1, 1, 1), date(1753, 1, 1), date(1900, 1, 1), date(1970, 1, 1)})
"""Where the calendars of .NET, SQL Server and Unix begin: what systems write for "no date"."""
_ZEROS = frozenset("0/-:.TZ+ ")
_DIGITS = "%Y%m%d%H%M%S"
_LENGTH = 14
_WRITTEN_OUT = datetime(2000, 10, 10, 10, 10, 10, tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalDialect:
    """Dates, enumerations and statuses of one deployment.

    Attributes:
        date_formats: tried in turn, as for `strptime`, then ISO 8601. Times without an offset are Vietnam's.
        write_format: how we write to them, as for `strftime`; none for ISO 8601.
        statuses: their status codes in the ten of the national exchange. Of several for one of ours, the
            first is what we write; so it is with kinds and channels.
        kinds: their kinds of applicant (LoaiDoiTuong). The session interface counts from 1, a newer
            ministry one from 0.
        channels: their channels of submission (KenhThucHien) in 1 in person, 2 online, 3 by post.
    """

    date_formats: tuple[str, ...] = (
        "%Y%m%d%H%M%S",
        "%Y%m%d%H%M",
        "%Y%m%d",
        "%d/%m/%Y %H:%M:%S",
        "%d/%m/%Y %H:%M",
        "%d/%m/%Y",
    )
    write_format: str | None = "%Y%m%d%H%M%S"
    statuses: Mapping[str, DossierStatus] = field(default_factory=lambda: SAME_STATUSES)
    kinds: Mapping[str, PartyKind] = field(
        default_factory=lambda: {"1": PartyKind.PERSON, "2": PartyKind.ORGANISATION}
    )
    channels: Mapping[str, int] = field(default_factory=lambda: SAME_CHANNELS)

    def read_time(self, text: str) -> datetime | None:
        """Return a moment in Vietnam's time; none for what stands for no date. Raises ValueError."""
        if _ZEROS.issuperset(text):
            return None
        read = self._parse(text)
        if read.date() in NO_DATES:
            return None
        try:
            # In one zone, so that two spellings of one moment are one.
            return read.astimezone(VIETNAM) if read.tzinfo else read.replace(tzinfo=VIETNAM)
        except OverflowError as error:
            raise ValueError("the moment lies outside the calendar in Vietnam") from error

    def write_time(self, moment: datetime) -> str:
        """Write a moment by the clock of Vietnam."""
        local = moment.astimezone(VIETNAM)
        if self.write_format is None:
            return local.isoformat(timespec="seconds")
        return local.strftime(self.write_format)

    def write_status(self, status: DossierStatus) -> str:
        """Return their code of a status. Raises KeyError where they have none."""
        return _written(self.statuses, status)

    def write_kind(self, kind: PartyKind) -> str:
        """Return their code of a kind of applicant. Raises KeyError where they have none."""
        return _written(self.kinds, kind)

    def write_channel(self, channel: int) -> str:
        """Return their code of a channel of submission. Raises KeyError where they have none."""
        return _written(self.channels, channel)

    def _parse(self, text: str) -> datetime:
        for pattern in self.date_formats:
            if pattern == _DIGITS and len(text) == _LENGTH and text.isascii() and text.isdigit():
                return _of_digits(text)
            try:
                # strptime takes fewer digits than the pattern names; a length check keeps formats apart.
                read = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is added by the caller
            except ValueError:
                continue
            if not text.isdigit() or len(text) == len(_WRITTEN_OUT.strftime(pattern)):
                return read
        return datetime.fromisoformat(text)


def _of_digits(text: str) -> datetime:
    """Read what the interface itself prescribes, many times as fast as by a pattern."""
    return datetime.fromisoformat(f"{text[:8]}T{text[8:]}")


def _written(table: Mapping[str, T], ours: T) -> str:
    for theirs, meant in table.items():
        if meant == ours:
            return theirs
    raise KeyError(ours)


NATIONAL = PortalDialect()
