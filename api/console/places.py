"""The places of the officers' page: what its navigation offers, to whom, and what waits there."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from api.agency_sync.officer_service import SETTLERS
from api.console import complaints_tally, messages_tally, questions_tally, ratings_tally, sync_tally
from api.console.paths import HOME
from auth.principals import Officer
from storage.dossiers.working_days import WorkingCalendar
from storage.officers.desk import MODERATORS, READERS, WORKERS
from storage.officers.roles import Role
from storage.unit_of_work import Reading

Tally = Callable[[Reading, Officer, WorkingCalendar], Awaitable[Mapping[str, int]]]
"""Counts what waits for an officer, by the key of the text, with `{count}` in it, that tells of it.

What is due soon is so by the working days of the calendar.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page that the navigation leads to, and a tile of the home page.

    Attributes:
        name: the texts `<name>` and `<name>_about` of `frame_texts` word it.
        roles: who holds one of these for some agency is shown it. Which agency is asked in each query.
        tally: counts what waits there; none where nothing does.
        alarm: the key of what is told first on the home page where there is any of it.
        alarm_path: where that is listed.
    """

    path: str
    name: str
    roles: frozenset[Role]
    tally: Tally | None = None
    alarm: str | None = None
    alarm_path: str = ""


PLACES: tuple[Place, ...] = (
    Place(path=f"{HOME}/messages", name="messages", roles=READERS, tally=messages_tally.waiting),
    Place(path=f"{HOME}/questions", name="questions", roles=READERS, tally=questions_tally.questions),
    Place(
        path=f"{HOME}/complaints",
        name="complaints",
        roles=READERS,
        tally=complaints_tally.complaints,
        alarm="complaints_overdue",
        alarm_path=f"{HOME}/complaints?tab=overdue",
    ),
    Place(path=f"{HOME}/moderation", name="moderation", roles=MODERATORS, tally=questions_tally.moderation),
    Place(
        path=f"{HOME}/complaint-moderation",
        name="complaint_moderation",
        roles=MODERATORS,
        tally=complaints_tally.moderation,
        alarm="complaint_moderation_overdue",
        alarm_path=f"{HOME}/complaint-moderation",
    ),
    Place(path=f"{HOME}/published", name="published", roles=MODERATORS),
    Place(path=f"{HOME}/ratings", name="ratings", roles=READERS, tally=ratings_tally.alarms),
    Place(path=f"{HOME}/templates", name="templates", roles=WORKERS),
    Place(path=f"{HOME}/sync", name="sync", roles=SETTLERS, tally=sync_tally.left),
    Place(path=f"{HOME}/dossier-files", name="dossier_files", roles=WORKERS),
)


def open_to(held: frozenset[Role]) -> tuple[Place, ...]:
    """Return the places that somebody with these roles may use."""
    return tuple(place for place in PLACES if place.roles & held)
