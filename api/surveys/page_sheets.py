"""One showing of a form, signed: what is sent with it was filled in on a page of ours, and counts once.

There is no session and no cookie. The sheet names the answer beforehand, so that a form sent twice is one
answer; and whoever has another site's visitors send answers would have to fetch a sheet for each.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from storage.surveys.invitations import Invitation
from storage.surveys.links import ForgedLink, LinkKeys, SignedLink
from storage.surveys.reading import SurveyView

GOOD_FOR = timedelta(days=2)
"""Longer than the version before is taken, so that whoever is told of a change had begun before it."""
_INVITATION = "i"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a sheet says: the answer that it will be, and to which version."""

    answer_id: UUID
    version: int


def draw(keys: LinkKeys, survey: SurveyView, invitation: Invitation | None, *, now: datetime) -> str:
    """Return a new sheet for a survey's version in force."""
    link = SignedLink(
        survey=survey.code,
        version=survey.version,
        ref=uuid4().bytes,
        context={_INVITATION: _whose(invitation)},
        expires=now.replace(microsecond=0) + GOOD_FOR,
    )
    return keys.sign(link)


def read(
    keys: LinkKeys, text: str, survey: SurveyView, invitation: Invitation | None, *, now: datetime
) -> Sheet:
    """Read a sheet that came back.

    Raises:
        ForgedLink: we did not draw it, or for another survey or invitation.
        ExpiredLink: it was shown too long ago.
    """
    link = keys.verify(text, now=now)
    if (link.survey, dict(link.context)) != (survey.code, {_INVITATION: _whose(invitation)}):
        raise ForgedLink
    return Sheet(answer_id=UUID(bytes=link.ref), version=link.version)


def _whose(invitation: Invitation | None) -> str:
    return invitation.ref.hex() if invitation else ""
