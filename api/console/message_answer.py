"""Answering in a conversation, perhaps with a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from api import limits
from api.console.forms import FormError, form_errors
from api.console.frame import Posting, see_other
from api.console.message_view import NOTHING_SEEN, PATH, Draft, ThreadView, path_of
from api.console.messages_texts import TEXTS
from api.conversations import files, pace
from api.conversations import officer_service as service
from api.conversations.agency_schemas import AgencyFileMessage, AgencyMessage
from api.conversations.schemas import MessageShown
from api.dependencies import AllServices
from api.problems import Problem, from_pydantic
from api.uploads import Upload
from storage.cipher import PartyKey
from storage.conversations.writing import NewAttachment
from storage.parties import repository as parties
from storage.unit_of_work import UnitOfWork, transact

router = APIRouter(include_in_schema=False)
PARTS = frozenset({"form_id", "seen", "text"})
LONGEST_FILE_NAME = 200
_FIELDS = {"file_name": "file", "source_id": "text", "": "text"}
"""Where on the page the field of a message stands, if not under its own name."""
_OF_FILE = frozenset({"file-too-large", "too-many-files"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a form said, as text, whole or as far as it came."""

    form_id: str
    seen: str
    text: str

    @classmethod
    def of(cls, said: Mapping[str, bytes | bytearray]) -> "Sent":
        """Read the parts of a body. What is no UTF-8 is shown as such, and refused nowhere."""
        return cls(**{name: bytes(said.get(name, b"")).decode("utf-8", "replace") for name in PARTS})

    def last_seen(self) -> UUID:
        """Return the last message that the page showed."""
        try:
            return UUID(self.seen)
        except ValueError:
            return NOTHING_SEEN


class Answer:
    """One answer, from the form to the next page."""

    def __init__(self, request: Request, code: str, visitor: Posting, services: AllServices) -> None:
        self._request, self._code = request, code
        self._visitor, self._services = visitor, services

    async def keep(self) -> Response:
        """Keep it, and go on to the conversation; or show the form again, with what is wrong.

        Raises NotFoundError, and Problem where the body is none of this form.
        """
        async with self._services.reading() as reading:
            dossier = await service.writable(reading, self._visitor.officer, self._code)
            key = await parties.open_key(reading, dossier.party_id)
        said: dict[str, bytearray] = {}
        whose = str(self._visitor.officer.officer_id)
        try:
            async with files.taken(self._request, self._services, whose, texts=PARTS, said=said) as upload:
                await limits.charge(self._request, self._services, pace.OFFICER_MESSAGES, whose)
                await self._write(Sent.of(upload.fields), upload, key)
        except Problem as problem:
            if not said:  # it was no form of ours, or nothing of it came
                raise
            return await self._again(Sent.of(said), problem)
        return see_other(path_of(dossier.code), done="answered")

    async def _write(self, sent: Sent, upload: Upload, key: PartyKey) -> None:
        given = _message(sent, upload)

        async def write(*new: NewAttachment) -> MessageShown:
            async def work(uow: UnitOfWork) -> MessageShown:
                return await service.write(
                    uow, self._visitor.officer, self._code, given, files=new, seen=sent.last_seen()
                )

            return await transact(self._services.unit_of_work, work)

        if isinstance(given, AgencyFileMessage):
            whose = str(self._visitor.officer.officer_id)
            await files.keep(self._services, key, upload.file, given.file_name, whose=whose, write=write)
        else:
            await write()

    async def _again(self, sent: Sent, problem: Problem) -> Response:
        visitor, services = self._visitor, self._services
        draft = Draft(
            # Under its old name it would be refused again.
            form_id=str(uuid4()) if problem.kind == "message-id-reused" else sent.form_id,
            text=sent.text,
            errors=self._errors(problem),
            status=problem.status,
        )
        async with services.unit_of_work() as uow:
            thread = await service.read_thread(uow, visitor.officer, self._code)
            view = ThreadView(request=self._request, visitor=visitor, services=services)
            answer = await view.show(uow, thread, draft)
            await uow.commit()
        answer.headers.update(problem.headers or {})
        return answer

    def _errors(self, problem: Problem) -> Sequence[FormError]:
        locale = self._visitor.locale
        if problem.kind == "message-id-reused":
            return [FormError(id="text", text=TEXTS[locale]["sent_before"])]
        if problem.kind != "validation":
            where = "file" if problem.kind in _OF_FILE else "text"
            return [FormError(id=where, text=problem.as_json(locale)["detail"])]
        return [replace(one, id=_FIELDS.get(one.id, one.id)) for one in form_errors(problem.errors, locale)]


def _message(sent: Sent, upload: Upload) -> AgencyMessage:
    """Check what is to be written. Raises Problem."""
    said: dict[str, str | None] = {"source_id": sent.form_id, "text": sent.text.strip() or None}
    try:
        if upload.file.size:
            name = upload.file.name[-LONGEST_FILE_NAME:] or files.FILE
            return AgencyFileMessage.model_validate(said | {"file_name": name})
        return AgencyMessage.model_validate(said)
    except ValidationError as error:
        found = from_pydantic(error.errors(include_url=False, include_input=False))
        raise Problem("validation", 422, errors=found) from error


@router.post(PATH)
async def answer(made: Annotated[Answer, Depends()]) -> Response:
    """Write to the party. Sent twice by one form, it is one message."""
    return await made.keep()
