"""Who may rate, and what was said, between the API and the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from api.accesses import AccessNotes
from api.named import Named
from api.problems import Problem, invalid
from api.ratings.schemas import (
    AgencyRatings,
    Choice,
    LevelChoice,
    LevelCount,
    LinkedInvitation,
    LinkedTokenRequest,
    NewRating,
    RatingAnswer,
    RatingInvitation,
    RatingLink,
    RatingState,
    ReasonCount,
    SignedToken,
    TokenRequest,
    as_bytes,
    as_text,
)
from api.ratings.wording import LEVELS
from api.ratings.wording import REASONS as REASON_NAMES
from auth.principals import Citizen
from storage.access_log.kinds import ObjectKind
from storage.agencies import reading as agency_views
from storage.agencies import repository as agencies
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.dossiers.codes import normalise_dossier_code
from storage.dossiers.working_days import VIETNAM
from storage.errors import NotFoundError
from storage.ratings import answers, casting, counting, keys, tokens
from storage.ratings.answers import Answer
from storage.ratings.blind_signing import BlindSigningError
from storage.ratings.casting import Cast, Opinion, RatingOver, Token, UnknownToken
from storage.ratings.counting import FEWEST, Counts
from storage.ratings.keys import Group
from storage.ratings.kinds import REASONS, Reason, Satisfaction
from storage.ratings.tokens import Invitation, IssuedAlready, NotAskedYet, RatingClosed
from storage.unit_of_work import Reading, UnitOfWork


class Invitations:
    """Reads and words invitations for one request; what is shown to a representative is noted."""

    def __init__(self, reading: Reading, accesses: AccessNotes, locale: str) -> None:
        self._reading, self._accesses, self._locale = reading, accesses, locale

    async def of(self, citizen: Citizen, code: str) -> RatingInvitation:
        """Return whether a dossier of the citizen's may be rated.

        Raises NotFoundError, as well where it is another's.
        """
        found = await tokens.invitation(self._reading, citizen.party_id, _dossier_code(code))
        self._accesses.saw(ObjectKind.DOSSIER, found.dossier_id)
        return RatingInvitation.model_validate(_shown(found, self._locale))


async def linked(reading: Reading, link: RatingLink, locale: str) -> LinkedInvitation:
    """Return whether the dossier of a link may be rated. Raises NotFoundError, also for a wrong proof."""
    found = await tokens.linked_invitation(reading, _dossier_code(link.code), link.proof)
    group = found.key.group if found.key else None
    view = (await agency_views.agency(reading, group.agency_id))[0] if group else None
    return LinkedInvitation.model_validate(
        {
            **_shown(found, locale),
            "agency": Named(code=view.code, name=view.name) if view else None,
            "month": f"{group.month:%Y-%m}" if group else None,
        }
    )


async def sign(uow: UnitOfWork, citizen: Citizen, code: str, given: TokenRequest) -> SignedToken:
    """Sign a blinded token for a dossier of the citizen's.

    Raises:
        NotFoundError: there is none, or it is another's.
        Problem: 409 where it may not be rated now, or another token was signed; 422 where it is no number
            that the key signs.
    """
    blinded = as_bytes(given.blinded)
    with _told():
        issued = await tokens.issue(uow, citizen.party_id, _dossier_code(code), blinded, today=_today())
    return SignedToken(kid=issued.kid, signed=as_text(issued.signed))


async def sign_linked(uow: UnitOfWork, given: LinkedTokenRequest) -> SignedToken:
    """Sign a blinded token for the dossier of a link. Raises as `sign`."""
    code, blinded = _dossier_code(given.code), as_bytes(given.blinded)
    with _told():
        issued = await tokens.issue_linked(uow, code, given.proof, blinded, today=_today())
    return SignedToken(kid=issued.kid, signed=as_text(issued.signed))


@contextmanager
def _told() -> Iterator[None]:
    """Word why no token is signed. Raises Problem."""
    try:
        yield
    except NotAskedYet as error:
        raise Problem("rating-not-asked-yet", 409) from error
    except RatingClosed as error:
        raise Problem("rating-closed", 409) from error
    except IssuedAlready as error:
        raise Problem("rating-token-issued", 409) from error
    except BlindSigningError as error:
        raise invalid("not-blinded", "blinded") from error


async def rate(uow: UnitOfWork, given: NewRating) -> Cast:
    """Keep a rating by its token, and by nobody.

    Raises Problem: 403 where the token proves nothing, 409 where it is too late, 422 for a reason that does
    not go with the level.
    """
    for index, reason in enumerate(given.reasons):
        if reason not in REASONS[given.level]:
            allowed = ", ".join(REASONS[given.level])
            raise invalid("unknown-value", "reasons", index, value=reason.value, allowed=allowed)
    token = Token(
        kid=given.kid,
        prepared=as_bytes(given.prefix) + as_bytes(given.message),
        signature=as_bytes(given.signature),
    )
    opinion = Opinion(level=given.level, reasons=tuple(dict.fromkeys(given.reasons)), text=given.text or None)
    try:
        return await casting.cast(uow, token, opinion, today=_today())
    except UnknownToken as error:
        raise Problem("no-such-rating-token", 403) from error
    except RatingOver as error:
        raise Problem("rating-over", 409) from error


async def of_agency(reading: Reading, given: str, month: date, locale: str) -> AgencyRatings:
    """Return what was said of an agency's dossiers of a month; `given` is any of its codes.

    Raises NotFoundError: there is no such agency.
    """
    try:
        code = normalise_agency_code(given)
    except InvalidCode as error:
        raise NotFoundError("agency") from error
    known = (await agencies.resolve(reading, [code])).get(code)
    if known is None:
        raise NotFoundError("agency")
    view, _ = await agency_views.agency(reading, known.id)
    group = Group(agency_id=known.id, month=month)
    key, counts = await keys.of_group(reading, group), await counting.counts(reading, group)
    said = await answers.standing(reading, group) if counts else ()
    return AgencyRatings(
        agency=Named(code=view.code, name=view.name),
        month=f"{month:%Y-%m}",
        kid=key.kid if key else None,
        suppressed=counts is None,
        total=counts.total if counts else None,
        levels=[_count(level, counts, locale) for level in Satisfaction] if counts else None,
        answers=[_answer(one, locale) for one in said if counts and _is_to_many(one, counts)],
    )


def _today() -> date:
    return datetime.now(UTC).astimezone(VIETNAM).date()


def _dossier_code(code: str) -> str:
    try:
        return normalise_dossier_code(code)
    except InvalidCode as error:
        raise NotFoundError("dossier") from error


def _shown(found: Invitation, locale: str) -> dict[str, object]:
    return {
        "state": _state(found),
        "closes_on": found.closes_on,
        "issued": found.issued,
        "key": found.key.as_jwk() if found.key else None,
        "choices": [_choice(level, locale) for level in Satisfaction],
    }


def _state(found: Invitation) -> RatingState:
    if found.closes_on is None:
        return RatingState.NOT_YET
    return RatingState.OPEN if found.is_open(_today()) else RatingState.CLOSED


def _choice(level: Satisfaction, locale: str) -> LevelChoice:
    reasons = [Choice(code=reason, name=_name(reason, locale)) for reason in REASONS[level]]
    return LevelChoice(code=level, name=getattr(LEVELS[level], locale), reasons=reasons)


def _count(level: Satisfaction, counts: Counts, locale: str) -> LevelCount:
    given = [(reason, counts.reasons.get((level, reason), 0)) for reason in REASONS[level]]
    reasons = [ReasonCount(code=reason, name=_name(reason, locale), count=n) for reason, n in given if n]
    name = getattr(LEVELS[level], locale)
    return LevelCount(code=level, name=name, count=counts.levels[level], reasons=reasons)


def _is_to_many(answer: Answer, counts: Counts) -> bool:
    return answer.level is None or counts.levels[answer.level] >= FEWEST


def _answer(answer: Answer, locale: str) -> RatingAnswer:
    to = None
    if answer.level is not None:
        to = Choice(code=answer.level, name=getattr(LEVELS[answer.level], locale))
    written_on = answer.written_at.astimezone(VIETNAM).date()
    return RatingAnswer(to=to, text=answer.text, written_on=written_on)


def _name(reason: Reason, locale: str) -> str:
    return str(getattr(REASON_NAMES[reason], locale))
