"""Facts of one dossier, how they are told, and how what is told arrives: repeated, split, lost, and at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from api.connectors.records import TIMES
from storage.dossiers.statuses import DossierStatus
from tests.api.telling import PERSON, START

PROVINCE, WARD, NEXT = "H26", "H26.1", "H26.2"
LONG_AGO = -24 * 40
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
EMAILS = ("an@example.vn", "an@example.com")


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One telling of a fact: an event that is pushed, or a record that is read from a portal.

    A portal tells no sequence, and whose a dossier is by its code alone; its record may bear the dates of what
    came `before`: statuses and hours. What is not `whole` says neither whose dossier it is nor of which procedure:
    it can not be the first that is heard of it.
    """

    number: int
    pulled: bool
    status: int
    hours: int
    step: str
    sequence: int | None
    due: int | None
    note: str | None
    agency: str | None
    channel: int | None
    summary: str | None
    email: str
    whole: bool
    before: tuple[tuple[int, int], ...] = ()

    @property
    def at(self) -> datetime:
        """When the fact occurred."""
        return START + timedelta(hours=self.hours)

    @property
    def key(self) -> tuple[int, datetime, str]:
        """What makes two tellings one fact."""
        return (self.status, self.at, self.step)

    @property
    def dated(self) -> list[tuple[int, datetime, str]]:
        """Of which other facts it tells the dates."""
        return [(status, START + timedelta(hours=hours), "") for status, hours in self.before]

    @property
    def says_more(self) -> bool:
        """Whether more is told of the fact than that it happened."""
        return not (self.step == "" and self.sequence is None and self.due is None and self.note is None)

    def event(self, code: str) -> dict[str, Any]:
        """Write it as an agency pushes it."""
        told = {
            "event_id": f"{code}/{self.number}",
            "dossier_code": code,
            "status": self.status,
            "occurred_at": self.at.isoformat(),
            "step": self.step,
            "sequence": self.sequence,
            "due_at": self.due and (START + timedelta(hours=self.due)).isoformat(),
            "note": self.note,
            "agency_code": self.agency,
            "channel": self.channel,
            "summary": self.summary,
        }
        if self.whole:
            told |= {"procedure_code": "1.001193", "applicant": PERSON | {"email": self.email}}
        return {name: value for name, value in told.items() if value is not None}

    def record(self, code: str) -> dict[str, Any]:
        """Write it as a portal shows it."""
        dates = {_field(status): _stamp(START + timedelta(hours=hours)) for status, hours in self.before}
        shown = dates | {
            "MaHoSo": code,
            "TrangThaiHoSo": str(self.status),
            _field(self.status): _stamp(self.at),
            "PhongBanXuLy": self.step,
            "NgayHenTra": self.due and _stamp(START + timedelta(hours=self.due)),
            "NoiDungXuLy": self.note,
            "KenhThucHien": self.channel,
            "TrichYeuHoSo": self.summary,
            "MaTTHC": "1.001193",
            "SoGiayToChuHoSo": PERSON["number"],
            "ChuHoSo": PERSON["name"],
            "LoaiDoiTuong": "1",
            "Email": self.email,
        }
        return {name: value for name, value in shown.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What arrives at one time: events in one request, records in one page, or both at once.

    If `lost`, it arrives once before, and whoever takes it in dies before the commit.
    """

    pushed: tuple[Telling, ...]
    pulled: tuple[Telling, ...]
    lost: bool


facts = st.tuples(
    st.sampled_from([1, 2, 4, 5, 6, 9, 10]),
    st.sampled_from([LONG_AGO, 0, 1, 2, 3]),
    st.sampled_from(["", "", "Một cửa", "Văn thư"]),
)
beside = st.lists(st.sampled_from(["", "Một cửa", "Văn thư"]), max_size=2)


@st.composite
def tellings(draw: st.DrawFn) -> list[Telling]:
    """Of few facts, so that most are told more than once, and otherwise each time; one at least is whole.

    Times tie, and sequences disagree with clocks.
    """
    known = draw(st.lists(facts, min_size=1, max_size=4, unique=True))
    # Most often something else is told of the moment of one of them.
    status, hours, _ = known[0]
    known = list(dict.fromkeys([*known, *((status, hours, step) for step in draw(beside))]))
    count = draw(st.integers(1, 7))
    first = draw(st.integers(0, count - 1))
    return [_telling(draw, number, known, whole=number == first) for number in range(count)]


@st.composite
def arrivals(draw: st.DrawFn, told: list[Telling]) -> list[Arrival]:
    """All of it at least once, in any order, some of it again, split anyhow."""
    arriving = draw(st.permutations([*told, *draw(st.lists(st.sampled_from(told), max_size=4))]))
    cuts = sorted(draw(st.sets(st.integers(1, len(arriving)), max_size=4)))
    return [
        Arrival(
            pushed=tuple(one for one in arriving[start:end] if not one.pulled),
            pulled=tuple(one for one in arriving[start:end] if one.pulled),
            lost=draw(st.booleans()),
        )
        for start, end in pairwise([0, *cuts, len(arriving)])
        if start < end
    ]


def _telling(draw: st.DrawFn, number: int, known: list[tuple[int, int, str]], *, whole: bool) -> Telling:
    pulled = draw(st.booleans())
    status, hours, step = draw(st.sampled_from(known))
    bare = step == "" and draw(st.booleans())
    return Telling(
        number=number,
        pulled=pulled,
        status=status,
        hours=hours,
        step=step,
        sequence=None if pulled or bare else draw(st.none() | st.integers(0, 3)),
        due=None if bare else draw(st.none() | st.integers(50, 52)),
        note=None if bare else draw(st.sampled_from([None, "Mời bổ sung.", "Đã nhận.", "Mời nộp."])),
        agency=WARD if pulled else draw(st.sampled_from([None, WARD, NEXT])),
        channel=draw(st.sampled_from([None, 1, 2])),
        summary=draw(st.sampled_from([None, "Khai sinh", "Kết hôn"])),
        email=draw(st.sampled_from(EMAILS)),
        whole=pulled or whole or draw(st.booleans()),
        before=_before(draw, status, hours, known) if pulled else (),
    )


def _before(
    draw: st.DrawFn, status: int, hours: int, known: list[tuple[int, int, str]]
) -> tuple[tuple[int, int], ...]:
    """Return dates that a record bears of other facts: one of each status, and all before its own."""
    dates = {other: when for other, when, _ in known if other != status and when < hours and other in TIMES}
    return tuple(sorted(draw(st.sets(st.sampled_from(sorted(dates.items()))) if dates else st.just(set()))))


def _field(status: int) -> str:
    """Return where a record has the date of a status."""
    (name,) = TIMES.get(DossierStatus(status), ("ThoiDiemXuLy",))
    return name


def _stamp(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%Y%m%d%H%M%S")
