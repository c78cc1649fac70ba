"""`/v1/me/access-log`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional
from api.app_version import require_supported_app
from api.dependencies import ActingForSelf, Locale, Read
from api.paging import PageQuery, cut
from api.representatives.schemas import AccessItem, AccessMark, AccessPage
from storage.access_log import repository
from storage.access_log.kinds import ObjectKind, Purpose
from storage.access_log.repository import NotedAccess

router = APIRouter(prefix="/v1/me", tags=["citizen"], dependencies=[Depends(require_supported_app)])


@router.get(
    "/access-log",
    summary="Who has read what of mine",
    response_model=AccessPage,
    responses=conditional.NOT_MODIFIED,
)
async def list_accesses(
    request: Request,
    citizen: ActingForSelf,
    query: Annotated[PageQuery, Query()],
    reading: Read,
    locale: Locale,
) -> Response:
    """List what others have read of the caller's: representatives, and whoever else is not the caller.

    What the caller reads is its own, and not listed.
    """
    mark = AccessMark.decode(query.cursor, parameter="cursor") if query.cursor else None
    after = (mark.at, mark.id) if mark else None
    found = await repository.page(reading, citizen.party_id, after=after, limit=query.limit + 1)
    shown, more = cut(found, query.limit)
    last = AccessMark(at=shown[-1].at, id=shown[-1].id).encode() if more else None
    page = AccessPage(items=[_item(access) for access in shown], next_cursor=last)
    return conditional.answer(request, page, locale)


def _item(access: NotedAccess) -> AccessItem:
    return AccessItem(
        id=access.id,
        at=access.at,
        reader_kind=access.reader_kind,
        reader=access.reader,
        purpose=access.purpose,
        object_kind=access.object_kind,
        dossier_code=access.dossier_code,
        document_id=access.object_id if access.object_kind == ObjectKind.DOCUMENT else None,
        question_id=access.object_id if access.object_kind == ObjectKind.QUESTION else None,
        complaint_id=access.object_id if access.object_kind == ObjectKind.COMPLAINT else None,
        representation_id=access.basis_id if access.purpose == Purpose.REPRESENTATION else None,
        share_id=access.basis_id if access.purpose == Purpose.SHARE else None,
    )
