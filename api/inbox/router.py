"""`/v1/notifications`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional
from api.accesses import Accesses
from api.app_version import require_supported_app
from api.dependencies import AllServices, CurrentParty, Locale, Read, Uow
from api.inbox.schemas import (
    InboxMark,
    InboxPage,
    InboxQuery,
    Marked,
    ReadMarks,
    ReceivedMarks,
    SyncMark,
)
from api.inbox.service import InboxReader, viewer_of
from storage.access_log.kinds import ObjectKind
from storage.notifications import inbox

router = APIRouter(
    prefix="/v1/notifications", tags=["citizen"], dependencies=[Depends(require_supported_app)]
)
Asked = Annotated[InboxQuery, Query()]


async def get_inbox(
    citizen: CurrentParty, query: Asked, services: AllServices, reading: Read, locale: Locale
) -> InboxReader:
    """Return what reads and words the caller's inbox for this request."""
    return InboxReader(reading, citizen, settings=services.settings.notify, locale=locale, limit=query.limit)


Inbox = Annotated[InboxReader, Depends(get_inbox)]


@router.get("", summary="My notices", response_model=InboxPage, responses=conditional.NOT_MODIFIED)
async def list_notifications(
    request: Request, query: Asked, accesses: Accesses, reader: Inbox, locale: Locale
) -> Response:
    """List the caller's notices, newest first; or, with `since`, what is new or changed since the last sync.

    Broadcasts to an audience that the caller is in stand among them: of everybody, of its kind of party, of
    those with a dossier at an agency or below it.

    To keep a copy: read the list to its last page and keep `sync_token`. From then on ask with `since`,
    follow `next_cursor` to its end, put each notice in the place of the one with the same `id`, drop those
    in `removed`, and keep the new `sync_token`. Nothing is ever missed, however late it was committed; a
    notice may come twice. Where `reset` is true, begin anew with these notices. A copy holds one language:
    begin anew when it changes.
    """
    if query.cursor:
        page = await reader.following(InboxMark.decode(query.cursor, parameter="cursor"))
    elif query.since:
        page = await reader.since(SyncMark.decode(query.since, parameter="since"))
    else:
        page = await reader.start()
    accesses.saw(ObjectKind.INBOX)
    return conditional.answer(request, page, locale)


@router.post("/read", summary="Mark notices as read")
async def mark_read(marks: ReadMarks, citizen: CurrentParty, uow: Uow) -> Marked:
    """Mark notices as read, by `ids` or `all` up to `before`. What is read has also been received.

    Ids that are not the caller's, or unknown, are passed over alike.
    """
    viewer = viewer_of(citizen)
    if marks.before is not None:
        marked = await inbox.mark_all_read(uow, viewer, before=marks.before)
    else:
        marked = await inbox.mark_read(uow, viewer, marks.ids or ())
    return Marked(marked=marked, unread_count=await inbox.unread_count(uow, viewer))


@router.post("/received", summary="Confirm that notices have reached the phone")
async def mark_received(marks: ReceivedMarks, citizen: CurrentParty, uow: Uow) -> Marked:
    """Confirm receipt, as soon as a push has come in: the push services themselves report nothing.

    Ids that are not the caller's, or unknown, are passed over alike.
    """
    viewer = viewer_of(citizen)
    marked = await inbox.mark_received(uow, viewer, marks.ids)
    return Marked(marked=marked, unread_count=await inbox.unread_count(uow, viewer))
