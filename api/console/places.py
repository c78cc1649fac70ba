"""The places of the officers' page: what its navigation offers, to whom, and what waits there."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from api.console import messages_tally, questions_tally, ratings_tally
from api.console.paths import HOME
from auth.principals import Officer
from storage.officers.desk import MODERATORS, READERS, WORKERS
from storage.officers.roles import Role
from storage.unit_of_work import Reading

Tally = Callable[[Reading, Officer], Awaitable[Mapping[str, int]]]
"""Counts what waits for an officer: by the key of the text, with `{count}` in it, that tells of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page that the navigation leads to, and a tile of the home page.

    Attributes:
        name: the texts `<name>` and `<name>_about` of `frame_texts` word it.
        roles: who holds one of these for some agency is shown it. Which agency is asked in each query.
        tally: counts what waits there; none where nothing does.
    """

    path: str
    name: str
    roles: frozenset[Role]
    tally: Tally | None = None


PLACES: tuple[Place, ...] = (
    Place(path=f"{HOME}/messages", name="messages", roles=READERS, tally=messages_tally.waiting),
    Place(path=f"{HOME}/questions", name="questions", roles=READERS, tally=questions_tally.questions),
    Place(path=f"{HOME}/moderation", name="moderation", roles=MODERATORS, tally=questions_tally.moderation),
    Place(path=f"{HOME}/published", name="published", roles=MODERATORS),
    Place(path=f"{HOME}/ratings", name="ratings", roles=READERS, tally=ratings_tally.alarms),
    Place(path=f"{HOME}/templates", name="templates", roles=WORKERS),
)


def open_to(held: frozenset[Role]) -> tuple[Place, ...]:
    """Return the places that somebody with these roles may use."""
    return tuple(place for place in PLACES if place.roles & held)
