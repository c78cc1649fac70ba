"""What a city's agencies tell in a morning: dossiers whose events each raise a notice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

PROCEDURE = "1.001193"
AGENCY = "H26.1"
# Each status differs from the one before it and may follow it, so that each is worth a notice.
COURSES = ((1, 2, 4, 9), (1, 5, 2), (1, 2, 9), (2, 4, 6, 9), (1, 2, 5), (1, 3))
REQUEST_SIZES = (1, 1, 1, 1, 1, 2, 5, 10, 20, 40)

Request = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An applicant; `token` names the phone of those who have the app."""

    number: str
    email: str
    token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Who lives in the city, and what is told.

    Attributes:
        clients: for each client of the agency its requests, in the order in which they must be sent.
        owners: the applicant of each dossier, by its code.
    """

    people: Sequence[Person]
    clients: Sequence[Sequence[Request]]
    owners: dict[str, Person]

    @property
    def events(self) -> list[dict[str, Any]]:
        """All events."""
        return [event for requests in self.clients for request in requests for event in request]


def make_workload(rng: Random, *, events: int, dossiers: int, people: int, clients: int) -> Workload:
    """Draw up a workload: people share no dossier, but have several, told by different clients at once."""
    city = [_person(serial) for serial in range(people)]
    owners = {f"{AGENCY}-261121-{serial:04d}": rng.choice(city) for serial in range(dossiers)}
    courses = _courses(rng, list(owners), events)
    start = datetime.now(UTC) - timedelta(hours=2)
    told: list[list[list[dict[str, Any]]]] = [[] for _ in range(clients)]
    for place, (code, course) in enumerate(courses.items()):
        told[place % clients].append(_dossier(code, course, owners[code], start))
    return Workload(people=city, clients=[_requests(rng, one) for one in told], owners=owners)


def _person(serial: int) -> Person:
    token = f"phone-{serial:04d}" if serial % 2 else None
    return Person(number=f"001190{serial:06d}", email=f"citizen-{serial}@example.vn", token=token)


def _courses(rng: Random, codes: Sequence[str], events: int) -> dict[str, Sequence[int]]:
    """Give each dossier a course, cut or followed by none, until there are as many events as asked for."""
    courses = {code: rng.choice(COURSES) for code in codes}
    while (surplus := sum(map(len, courses.values())) - events) != 0:
        code = rng.choice(codes)
        if surplus > 0:
            courses[code] = courses[code][:-1] if len(courses[code]) > 1 else courses[code]
        else:
            courses[code] = COURSES[0]
    return courses


def _dossier(code: str, course: Sequence[int], owner: Person, start: datetime) -> list[dict[str, Any]]:
    told = [
        {
            "event_id": f"{code}/{step}",
            "dossier_code": code,
            "status": status,
            "occurred_at": (start + timedelta(minutes=step)).isoformat(),
        }
        for step, status in enumerate(course)
    ]
    told[0] |= {
        "agency_code": AGENCY,
        "procedure_code": PROCEDURE,
        "applicant": {"number": owner.number, "email": owner.email},
    }
    return told


def _requests(rng: Random, dossiers: Sequence[list[dict[str, Any]]]) -> list[Request]:
    """Mix the events of dossiers, each dossier's own in their order, and cut the row into requests."""
    turns = [place for place, told in enumerate(dossiers) for _ in told]
    rng.shuffle(turns)
    waiting = [iter(told) for told in dossiers]
    row = [next(waiting[place]) for place in turns]
    requests = []
    while row:
        size = rng.choice(REQUEST_SIZES)
        requests.append(row[:size])
        row = row[size:]
    return requests
