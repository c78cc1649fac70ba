"""`tindan demo`: the registration of a birth, from the agency's push to the citizen's phone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any, NamedTuple
from uuid import uuid4

from rich.console import Console

from api.demonstration import paper
from api.demonstration.actors import AgencyActor, CitizenActor, Stranger, people
from api.demonstration.arrivals import Arrival, Arrivals
from api.demonstration.load import CLIENT_ID
from api.demonstration.paper import Handed
from api.stack import Stack
from storage.dossiers.statuses import DossierStatus
from storage.dossiers.working_days import VIETNAM, WorkingCalendar

CHANNELS = ("push", "email")
PATIENCE_SECONDS = 20.0
PROCEDURE = "1.001193"
AGENCY = "H26.1"


class Scene(NamedTuple):
    """One event: on which working day of the story, at what hour, and what is told."""

    status: DossierStatus
    day: int
    hour: int
    step: str
    note: str | None = None
    due_on_day: int | None = None


SCENES = (
    Scene(DossierStatus.REGISTERED, 0, 8, "Nộp trực tuyến"),
    Scene(DossierStatus.ACCEPTED, 0, 10, "Bộ phận một cửa", "Đã tiếp nhận và hẹn trả kết quả.", due_on_day=3),
    Scene(DossierStatus.SUPPLEMENT_REQUIRED, 1, 9, "Tư pháp - hộ tịch", "Bổ sung bản chụp giấy chứng sinh."),
    Scene(DossierStatus.IN_PROCESS, 2, 14, "Tư pháp - hộ tịch", "Đã nhận giấy tờ bổ sung."),
    Scene(DossierStatus.RESOLVED, 3, 15, "Lãnh đạo ký", "Giấy khai sinh đã được cấp."),
)
LAST_DAY = max(scene.day for scene in SCENES)
NEIGHBOUR = {"number": "001190000099", "name": "Trần Văn Hàng Xóm", "phone": "0999000118"}
"""Has neither the app nor a mail address, and the sandbox's Zalo does not know the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as it was told: when it was answered, and when each channel had its notice."""

    status: DossierStatus
    answered_at: datetime
    arrivals: Mapping[str, Arrival]

    def milliseconds(self, channel: str) -> float | None:
        """Return how long after the answer a channel had the notice; none when it never had."""
        arrival = self.arrivals.get(channel)
        return (arrival.at - self.answered_at) / timedelta(milliseconds=1) if arrival else None


@dataclass(kw_only=True)
class Telling:
    """What happened, and what was missing."""

    told: list[Told] = field(default_factory=list)
    neighbour: Arrival | None = None
    dossier: dict[str, Any] = field(default_factory=dict)
    paper: Handed | None = None
    missing: list[str] = field(default_factory=list)


def perform(stack: Stack, secret: str, console: Console) -> Telling:
    """Tell the story on a running installation. Raises ActError when something answers unexpectedly."""
    with (
        CitizenActor(stack.api_url, stack.sandbox_url, people(stack.sandbox_url)[0]) as citizen,
        AgencyActor(stack.api_url, CLIENT_ID, secret) as agency,
        Arrivals(stack.sandbox_url) as arrivals,
        Stranger(stack.api_url) as stranger,
    ):
        telling = _perform(citizen, agency, arrivals, console)
        if not telling.missing:
            console.print("• Giấy khai sinh vào kho, có mã QR · The paper is in the store, with its code")
            telling.paper = paper.hand_over(citizen, agency, stranger, telling.dossier["code"])
            telling.missing += telling.paper.missing
        return telling


def _perform(citizen: CitizenActor, agency: AgencyActor, arrivals: Arrivals, console: Console) -> Telling:
    console.print(f"• {citizen.person.name} đăng nhập, đăng ký điện thoại · signs in, registers a phone")
    citizen.sign_in()
    citizen.register_phone()
    telling = Telling()
    code = f"{AGENCY}-{datetime.now(VIETNAM):%y%m%d}-{uuid4().int % 10_000:04d}"
    for scene, event in zip(SCENES, _events(code, citizen), strict=True):
        console.print(f"• {code}: {scene.status.vietnamese} · {scene.status.english}")
        _tell(agency, arrivals, scene, event, telling)
        if telling.missing:
            break
    if not telling.missing:
        _tell_the_neighbour(agency, arrivals, telling, console)
    _confirm(citizen, arrivals)
    telling.dossier = citizen.dossier(code)
    # What a story that broke off does not show is no news.
    telling.missing += [] if telling.missing else _gaps(citizen, telling)
    return telling


def _events(code: str, citizen: CitizenActor) -> list[dict[str, Any]]:
    """Put the scenes on the last working days before now."""
    days = _working_days()
    person = citizen.person
    applicant = {
        "number": person.number,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
    }
    events = []
    for number, scene in enumerate(SCENES, start=1):
        event: dict[str, Any] = {
            "event_id": f"{code}-{number}",
            "dossier_code": code,
            "status": int(scene.status),
            "occurred_at": _at(days[scene.day], scene.hour),
            "sequence": number,
            "step": scene.step,
            "note": scene.note,
            "agency_code": AGENCY,
            "procedure_code": PROCEDURE,
            "channel": 2,
            "applicant": applicant,
        }
        if scene.due_on_day is not None:
            event["due_at"] = _at(days[scene.due_on_day], 17)
        events.append(event)
    return events


def _working_days() -> list[date]:
    calendar = WorkingCalendar()
    today = datetime.now(VIETNAM).date()
    return [calendar.add_working_days(today, day - LAST_DAY - 1) for day in range(LAST_DAY + 1)]


def _at(day: date, hour: int) -> str:
    return datetime.combine(day, clock(hour), VIETNAM).isoformat()


def _tell(
    agency: AgencyActor, arrivals: Arrivals, scene: Scene, event: Mapping[str, Any], telling: Telling
) -> None:
    before = len(arrivals.seen)
    answer = agency.push(event)
    answered_at = datetime.now(UTC)
    if answer["outcome"] != "accepted" or not answer["notified"]:
        telling.missing.append(f"{scene.status.english}: {answer}")
        return

    def new() -> dict[str, Arrival]:
        return {arrival.channel: arrival for arrival in arrivals.seen[before:]}

    if not arrivals.wait_until(lambda: new().keys() >= set(CHANNELS), PATIENCE_SECONDS):
        absent = ", ".join(channel for channel in CHANNELS if channel not in new())
        telling.missing.append(f"{scene.status.english}: no {absent} within {PATIENCE_SECONDS:.0f} s")
    telling.told.append(Told(status=scene.status, answered_at=answered_at, arrivals=new()))


def _tell_the_neighbour(agency: AgencyActor, arrivals: Arrivals, telling: Telling, console: Console) -> None:
    """Tell somebody who can be reached by a text message alone: it must get there, channel by channel."""
    code = f"{AGENCY}-{datetime.now(VIETNAM):%y%m%d}-{uuid4().int % 10_000:04d}"
    console.print(f"• {code}: chỉ có số điện thoại, không có Zalo · has but a phone number, and no Zalo")
    days = _working_days()
    event = {
        "dossier_code": code,
        "agency_code": AGENCY,
        "procedure_code": PROCEDURE,
        "applicant": NEIGHBOUR,
    }
    agency.push_batch(
        [
            event
            | {
                "event_id": f"{code}-{place}",
                "status": int(SCENES[place].status),
                "occurred_at": _at(days[SCENES[place].day], SCENES[place].hour),
                "sequence": place,
            }
            for place in (0, 1, len(SCENES) - 1)
        ]
    )

    def found() -> Arrival | None:
        return next((arrival for arrival in arrivals.seen if code in arrival.title), None)

    if not arrivals.wait_until(lambda: found() is not None, PATIENCE_SECONDS):
        telling.missing.append(f"{code}: no text message within {PATIENCE_SECONDS:.0f} s")
    telling.neighbour = found()


def _confirm(citizen: CitizenActor, arrivals: Arrivals) -> None:
    received = [arrival.notification_id for arrival in arrivals.seen if arrival.channel == "push"]
    citizen.confirm([notification_id for notification_id in received if notification_id])


def _gaps(citizen: CitizenActor, telling: Telling) -> list[str]:
    """Compare what the app shows with what was told."""
    gaps = []
    wanted = [int(scene.status) for scene in SCENES]
    shown = [entry["status"]["code"] for entry in telling.dossier["timeline"]]
    if shown != wanted:
        gaps.append(f"timeline shows {shown}, not {wanted}")
    unread = citizen.inbox()["unread_count"]
    if unread != len(SCENES):
        gaps.append(f"{unread} unread notices, not {len(SCENES)}")
    return gaps
