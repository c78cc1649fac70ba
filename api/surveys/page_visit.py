"""Who opens a survey's page, by which link, and whether there is anything to answer."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.errors import NotFoundError
from storage.surveys import invitations, reading
from storage.surveys.audience import OfDossiers
from storage.surveys.invitations import Invitation
from storage.surveys.kinds import SurveyStanding, SurveyState
from storage.surveys.links import SIGNATURE, ExpiredLink, ForgedLink, LinkKeys
from storage.surveys.reading import SurveyView
from storage.unit_of_work import Reading

_CODE = re.compile(r"[a-z0-9-]{1,64}")
_SIGNED = re.compile(rf"(?:[svre]|c\.[^=]*|{SIGNATURE})=.*")


class Stop(StrEnum):
    """Why there is nothing to answer."""

    UNKNOWN = "unknown"
    FORGED = "forged"
    EXPIRED = "expired"
    INVITED_ONLY = "invited_only"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    ANSWERED = "answered"


class Stopped(Exception):  # noqa: N818 - says what is the case
    """There is nothing to answer."""

    def __init__(self, stop: Stop, survey: SurveyView | None = None) -> None:
        super().__init__(stop.value)
        self.stop, self.survey = stop, survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that was opened.

    Attributes:
        code: of a survey, if it is one.
        signed: what of the query a personal link says; empty where it is none.
    """

    code: str
    signed: str

    @classmethod
    def of(cls, code: str, query: str) -> "Link":
        """Read an address. What messengers and searches add to a query, and the language, is none of it."""
        members = [member for member in query.split("&") if _SIGNED.fullmatch(member)]
        personal = any(member.startswith(f"{SIGNATURE}=") for member in members)
        return cls(code=code, signed="&".join(members) if personal else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody before a survey: with an invitation, or as nobody in particular."""

    survey: SurveyView
    invitation: Invitation | None


def require_open(visit: Visit, *, now: datetime) -> None:
    """Raise Stopped where there is nothing to answer (any more)."""
    survey, invitation = visit.survey, visit.invitation
    if invitation is not None and invitation.answered_on is not None:
        raise Stopped(Stop.ANSWERED, survey)
    standing = survey.standing(now)
    if standing is not SurveyStanding.OPEN:
        raise Stopped(Stop(standing.value), survey)


async def find(source: Reading, keys: LinkKeys, link: Link, *, now: datetime) -> Visit:
    """Return what a link leads to, whether it is open or not. Raises Stopped."""
    survey = await _find(source, link.code)
    if link.signed:
        return Visit(survey=survey, invitation=await _invitation(source, keys, link, survey, now))
    if isinstance(survey.audience, OfDossiers):
        raise Stopped(Stop.INVITED_ONLY)
    return Visit(survey=survey, invitation=None)


async def _find(source: Reading, code: str) -> SurveyView:
    if not _CODE.fullmatch(code):
        raise Stopped(Stop.UNKNOWN)
    try:
        survey = await reading.find(source, code)
    except NotFoundError:
        raise Stopped(Stop.UNKNOWN) from None
    if survey.state is SurveyState.DRAFT:
        raise Stopped(Stop.UNKNOWN)
    return survey


async def _invitation(
    source: Reading, keys: LinkKeys, link: Link, survey: SurveyView, now: datetime
) -> Invitation:
    try:
        told = keys.verify(link.signed, now=now)
    except ExpiredLink:
        raise Stopped(Stop.EXPIRED) from None
    except ForgedLink:
        raise Stopped(Stop.FORGED) from None
    found = await invitations.by_ref(source, survey.id, told.ref)
    if found is None:
        raise Stopped(Stop.FORGED)
    return found
