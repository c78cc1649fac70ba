"""Files on their way into a conversation: examined, encrypted and put, and then named by a message."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from fastapi import Request

from api.conversations.schemas import MessageShown
from api.intake.putting import Putting
from api.intake.taking import worded
from api.problems import Problem
from api.services import Services
from api.uploads import Upload, UploadedFile, received
from storage.cipher import PartyKey
from storage.conversations.writing import NewAttachment
from storage.errors import NotFoundError
from storage.vault.documents import NewFile

MESSAGE, FILE = "message", "file"
_EXTENSIONS = frozenset({"pdf", "jpg", "jpeg", "png"})
Shown = TypeVar("Shown", bound=MessageShown)


@asynccontextmanager
async def taken(
    request: Request,
    services: Services,
    whose: str,
    *,
    texts: frozenset[str] = frozenset({MESSAGE}),
    said: dict[str, bytearray] | None = None,
) -> AsyncIterator[Upload]:
    """Read a message with its file, which is there as long as the block lasts. Raises Problem.

    With `said`, it is a form of a page: see `api.uploads.received`. Its file may be none, that is empty.
    """
    settings = services.settings.papers
    with services.uploads.taken(whose):
        async with received(
            request,
            texts=texts,
            file=FILE,
            most=settings.limits().file_bytes,
            folder=settings.spool_folder(),
            may_be_empty=said is not None,
            said=said,
        ) as upload:
            yield upload


async def keep(
    services: Services,
    key: PartyKey,
    file: UploadedFile,
    name: str,
    *,
    whose: str,
    write: Callable[[NewAttachment], Awaitable[Shown]],
) -> Shown:
    """Put a file under a party's key, and write the message that names it.

    No connection is held while the file is worked on. What a crash leaves between the two is a file that no
    row names, and the store's sweeper removes it.

    Args:
        services: where it is examined and put.
        key: of the party whose dossier the message is about.
        file: as it came.
        name: as its sender calls it.
        whose: who waits for it, see `Workshop.examine`.
        write: writes the message and commits; may return one that was written before.

    Raises:
        Problem: 422 where the file can not be used, naming why; 503 where too many wait; and as `write`.
    """
    with worded():
        findings = await services.workshop.examine(file.content, declared=file.declared_type, whose=whose)
    putting = Putting(services.blobs, key, datetime.now(UTC))
    await putting.original(file, findings)
    new = _attachment(putting.files[0], name)
    try:
        with _in_its_part():
            shown = await write(new)
    except (Problem, NotFoundError):
        # Nothing else: of what failed in any other way, the commit may have happened all the same.
        await putting.take_away()
        raise
    if new.id not in {one.id for one in shown.attachments}:  # it was written before, with a file of its own
        await putting.take_away()
    return shown


@contextmanager
def _in_its_part() -> Iterator[None]:
    """Point to where a message is in a body that brings its file as well."""
    try:
        yield
    except Problem as error:
        if not error.errors:
            raise
        errors = [replace(one, pointer=f"/{MESSAGE}{one.pointer}") for one in error.errors]
        raise Problem(
            error.kind,
            error.status,
            errors=errors,
            headers=error.headers,
            members=error.members,
            **error.params,
        ) from error


def _attachment(file: NewFile, name: str) -> NewAttachment:
    stem, _, extension = name.rpartition(".")
    return NewAttachment(
        id=file.id,
        name=stem if stem and extension.lower() in _EXTENSIONS else name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        path=file.path,
        wrapped_key=file.wrapped_key,
    )
