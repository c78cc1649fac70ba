"""An owner gives others a link to documents, sees what became of it, and takes it back."""

from datetime import datetime, timedelta

from api.paging import cut
from api.problems import FieldError, Problem, pointer_to
from api.vault.share_schemas import FileOpened, NewShare, Share, ShareMade, ShareMark, SharePage, VisitReceipt
from auth import opaque
from auth.principals import Citizen
from storage.parties import repository as parties
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault import shares
from storage.vault.rows import Opened, open_rows
from storage.vault.shares import MOST_LIVE, OwnShare, TooManyShares

PAGE = "/chia-se"
"""Where who was given a link opens it: see `api.shares`."""
USUAL_LIFE = timedelta(days=7)
LONGEST_LIFE = timedelta(days=90)


async def make(uow: UnitOfWork, citizen: Citizen, given: NewShare, *, base: str, now: datetime) -> ShareMade:
    """Make a link to documents of the citizen's.

    Args:
        uow: the unit of work.
        citizen: whose documents they are, and who acts.
        given: what the link is to open.
        base: the address of this service, with which the link begins.
        now: the time.

    Raises:
        NotFoundError: one of the documents is not there, or is somebody else's.
        Problem: 422 for an end that can not be, or a document with none of the files; 409 for too many links.
    """
    expires_at = given.expires_at or now + USUAL_LIFE
    _check_end(expires_at, now)
    key = await parties.open_key(uow, citizen.party_id)
    _check_files(await open_rows(uow, key, given.document_ids), given)
    secret = opaque.draw()
    new = shares.NewShare(
        document_ids=given.document_ids,
        roles=frozenset(given.roles),
        purpose=given.purpose,
        expires_at=expires_at,
        uses_allowed=given.uses,
        representation_id=citizen.representation_id,
    )
    try:
        kept = await shares.add(uow, citizen.party_id, new, token_hash=opaque.digest(secret), now=now)
    except TooManyShares as error:
        raise Problem("too-many-shares", 409, limit=MOST_LIVE) from error
    return ShareMade(**dict(shown(kept, now)), link=f"{base}{PAGE}/{secret}")


def _check_end(expires_at: datetime, now: datetime) -> None:
    if expires_at <= now:
        raise _wrong("ends-before-it-begins", "expires_at")
    if expires_at - now > LONGEST_LIFE:
        raise _wrong("lasts-too-long", "expires_at", days=LONGEST_LIFE.days)


def _check_files(opened: Opened, given: NewShare) -> None:
    """Refuse a document of which there would be nothing to see; what is not there is told of later."""
    for place, document_id in enumerate(given.document_ids):
        own = opened.own.get(document_id)
        if own and not {file.role for file in own.document.files} & set(given.roles):
            raise _wrong("no-such-file", "document_ids", place)


def _wrong(code: str, *where: object, **params: object) -> Problem:
    error = FieldError(pointer=pointer_to(*where), code=code, params=params)
    return Problem("validation", 422, errors=[error])


async def page(
    reading: Reading, citizen: Citizen, *, after: ShareMark | None, limit: int, now: datetime
) -> SharePage:
    """Return a page of the citizen's links."""
    place = (after.created_at, after.id) if after else None
    found = await shares.page(reading, citizen.party_id, after=place, limit=limit + 1)
    page_of, more = cut(found, limit)
    last = ShareMark(created_at=page_of[-1].created_at, id=page_of[-1].id).encode() if more else None
    return SharePage(items=[shown(one, now) for one in page_of], next_cursor=last)


def shown(share: OwnShare, now: datetime) -> Share:
    """Return a link as its owner sees it."""
    return Share(
        id=share.id,
        document_ids=list(share.document_ids),
        roles=sorted(share.roles),
        purpose=share.purpose,
        created_at=share.created_at,
        expires_at=share.expires_at,
        uses=share.uses_allowed,
        uses_made=share.uses_made,
        revoked_at=share.revoked_at,
        open=share.is_open(now),
        by_representative=share.representation_id is not None,
        visits=[
            VisitReceipt(
                opened_at=visit.opened_at,
                files=[
                    FileOpened(document_id=one.document_id, role=one.role, at=one.at) for one in visit.files
                ],
            )
            for visit in share.visits
        ],
    )
