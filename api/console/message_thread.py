"""A conversation about a dossier: `/console/dossiers/{code}/messages`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import BaseModel, Field

from api import downloads
from api.console.frame import Posting, Visiting, see_other
from api.console.message_view import PATH, Draft, ThreadView, path_of
from api.conversations import officer_service as service
from api.dependencies import AllServices, Uow
from api.paging import LONGEST_MARK
from storage.unit_of_work import UnitOfWork

router = APIRouter(include_in_schema=False)


class ThreadQuery(BaseModel):
    """Which page of a conversation, and with which template an answer begins."""

    cursor: Annotated[str, Field(max_length=LONGEST_MARK)] | None = None
    template: Annotated[str, Field(max_length=40)] = ""


class Reader:
    """Reads one conversation for a visitor."""

    def __init__(self, request: Request, code: str, visitor: Visiting, services: AllServices) -> None:
        self._request, self._code = request, code
        self._visitor, self._services = visitor, services

    async def read(self, uow: UnitOfWork, asked: ThreadQuery) -> Response:
        """Show a page of it. Raises NotFoundError and Problem."""
        thread = await service.read_thread(uow, self._visitor.officer, self._code, asked.cursor)
        view = ThreadView(request=self._request, visitor=self._visitor, services=self._services)
        return await view.show(uow, thread, Draft(template=asked.template))

    async def send(self, message_id: UUID, attachment_id: UUID) -> Response:
        """Send what came with a message, or a part of it. Raises NotFoundError, Problem and others."""
        officer, services = self._visitor.officer, self._services
        async with services.reading() as reading:
            dossier, found = await service.open_attachment(
                reading, officer, self._code, message_id, attachment_id
            )
        answer = await downloads.send(self._request, services, found.file)
        async with services.unit_of_work() as uow:
            await service.note_attachment(uow, officer, dossier, found)
            await uow.commit()
        return answer


OneReader = Annotated[Reader, Depends()]


@router.get(PATH)
async def thread_page(reader: OneReader, uow: Uow, query: Annotated[ThreadQuery, Query()]) -> Response:
    """Show what was written, the oldest first, and a form to answer it; from now on it counts as read."""
    return await reader.read(uow, query)


@router.post(f"{PATH}/settle")
async def settle(code: str, visitor: Posting, uow: Uow, seen: Annotated[UUID, Form()]) -> Response:
    """Take a conversation that needs no answer out of the queue, up to what was seen."""
    settled = await service.needs_no_answer(uow, visitor.officer, code, seen=seen)
    return see_other(path_of(code), done="settled" if settled else "nothing_waited")


@router.get(f"{PATH}/{{message_id}}/attachments/{{attachment_id}}")
async def read_attachment(reader: OneReader, message_id: UUID, attachment_id: UUID) -> Response:
    """Send what came with a message; each reading is noted before a byte is sent."""
    return await reader.send(message_id, attachment_id)
