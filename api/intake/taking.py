"""The way of a paper into its owner's store: examined, sealed, stamped, encrypted, and then kept.

No connection is held while a file is worked on. First the files are put, then the rows that name them: what
a crash leaves between the two is a file that no row names, and the store's sweeper removes it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from api.intake.matter import Matter, end_of, invalid, reused, settle
from api.intake.means import Means
from api.intake.putting import Putting
from api.intake.schemas import NewResult
from api.intake.telling import News, tell
from api.problems import Problem
from api.uploads import UploadedFile
from auth.principals import AgencyCaller
from notify.matters import DocumentMatter
from storage.dossiers.working_days import VIETNAM
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.papers.card import Card
from storage.papers.refusals import PaperRefused
from storage.papers.workshop import WorkshopBusyError, WorkshopClosedError
from storage.seals import issuing
from storage.seals import repository as seals
from storage.seals.errors import SealConflictError
from storage.seals.issuing import NewSeal
from storage.seals.repository import UnkeptSeal
from storage.unit_of_work import UnitOfWork, transact
from storage.vault import documents
from storage.vault.documents import Kept, NewDocument, NewFile, Repeat
from storage.vault.errors import NotIntact, SourceIdReused, StateConflict

BUSY_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    """A paper that is about to be kept; `seal` is the one made for it, if it was not reserved before."""

    id: UUID
    given: NewResult
    matter: Matter
    seal: UnkeptSeal | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a paper."""

    document_id: UUID
    repeated: bool


async def take_in(means: Means, caller: AgencyCaller, given: NewResult, file: UploadedFile) -> Taken:
    """Take a paper in, once under its agency's id for it.

    Stopped half-way, by whatever, it kept all or nothing, and may be done again.

    Raises:
        Problem: as `settle`, and 422 where the file can not be used, naming why; 503 where too many wait.
    """
    work = partial(settle, caller=caller, given=given, sha256=file.sha256)
    matter = await transact(means.unit_of_work, work)
    if matter.repeats:
        return Taken(document_id=matter.repeats, repeated=True)
    document_id, now = new_id(), datetime.now(UTC)
    seal = await _sealed(means, matter, document_id, file.sha256, now)
    paper = _Paper(id=document_id, given=given, matter=matter, seal=seal, now=now)
    putting = Putting(means.blobs, matter.party, now)
    try:
        await _put(means, paper, file, putting)
        link = means.settings.notify.document_link(document_id)
        keep = partial(_keep, paper=paper, files=putting.files, link=link)
        outcome = await transact(means.unit_of_work, keep)
    except Problem:
        # Nothing else: of what failed in any other way, the commit may have happened all the same.
        await putting.take_away()
        raise
    if isinstance(outcome, Repeat):
        await putting.take_away()
    return Taken(document_id=outcome.document_id, repeated=isinstance(outcome, Repeat))


async def look_over(means: Means, caller: AgencyCaller, given: NewResult, file: UploadedFile) -> bool:
    """Tell whether a paper was taken in before, and keep nothing. Raises Problem as `take_in` would."""
    async with means.unit_of_work() as uow:  # never committed
        matter = await settle(uow, caller=caller, given=given, sha256=file.sha256)
    if matter.repeats:
        return True
    if matter.sealed and not matter.reserved:
        end_of(matter.particulars.expires_on)
    with worded():
        await means.workshop.examine(file.content, declared=file.declared_type, whose=matter.issuer.code)
    return False


async def _sealed(
    means: Means, matter: Matter, document_id: UUID, sha256: bytes, now: datetime
) -> UnkeptSeal | None:
    """Sign the seal of a result; one that bears a reserved seal, and a component, get none."""
    if not matter.sealed or matter.reserved:
        return None
    told = matter.particulars
    new = NewSeal(
        issuer=means.settings.seals.issuer_of_seals(),
        agency_code=matter.issuer.code,
        issued_at=now,
        expires_at=matter.expires_at,
        document_id=document_id,
        party_id=matter.party.party_id,
        procedure_code=told.procedure_code,
        dossier_code=told.dossier_code,
        holder=matter.holder,
        sha256=sha256,
    )
    index = await transact(means.unit_of_work, seals.next_status_index)
    return await issuing.sign(means.seal_keys, new, status_index=index)


async def _put(means: Means, paper: _Paper, file: UploadedFile, putting: Putting) -> None:
    """Examine the file, draw the copy that bears the seal, and put both. Raises Problem."""
    shop, whose = means.workshop, paper.matter.issuer.code
    if paper.seal is None:
        with worded():
            findings = await shop.examine(file.content, declared=file.declared_type, whose=whose)
        await putting.original(file, findings)
        return
    with worded():
        findings, _, copy = await shop.prepare(
            file.content,
            card=_card(means, paper, paper.seal),
            notary=means.notary,
            declared=file.declared_type,
            whose=whose,
        )
    with copy:
        await putting.original(file, findings)
        await putting.copy(copy, findings)


@contextmanager
def worded() -> Iterator[None]:
    """Turn what the workshop refuses into a Problem."""
    try:
        yield
    except PaperRefused as error:
        code = f"paper-{error.reason.value.replace('_', '-')}"
        raise invalid("/file", code, **error.params) from error
    except (WorkshopBusyError, WorkshopClosedError) as error:
        raise Problem("too-many-files", 503, headers={"retry-after": str(BUSY_SECONDS)}) from error


def _card(means: Means, paper: _Paper, seal: UnkeptSeal) -> Card:
    told = paper.matter.particulars
    return Card(
        link=means.settings.seals.link(seal.code, seal.token).text,
        issued_on=told.issued_on,
        valid_on=paper.now.astimezone(VIETNAM).date(),
        expires_on=told.expires_on,
    )


async def _keep(uow: UnitOfWork, *, paper: _Paper, files: Sequence[NewFile], link: str) -> Kept | Repeat:
    """Write the rows of a paper, of its seal, and the notice, in one transaction. Raises Problem."""
    matter, source_id = paper.matter, paper.given.source_id
    seal = paper.seal or matter.reserved
    new = NewDocument(
        id=paper.id,
        agency_code=matter.issuer.code,
        source_id=source_id,
        content_hash=matter.content_hash,
        particulars=matter.particulars,
        files=files,
        dossier_id=matter.dossier_id,
        seal_id=seal.id if seal else None,
        supersedes=matter.supersedes,
    )
    try:
        outcome = await documents.add(uow, matter.party, new, now=paper.now)
        if isinstance(outcome, Repeat):
            return outcome
        if seal is not None:
            await _keep_seal(uow, paper, seal.id, sha256=files[0].sha256)
    except SourceIdReused as error:
        raise reused(source_id) from error
    except (NotFoundError, StateConflict, NotIntact) as error:
        if matter.supersedes is None:  # so it was another paper that took the same seal meanwhile
            raise _seal_in_use() from error
        raise invalid("/metadata/supersedes/source_id", "not-to-be-superseded") from error
    if paper.given.notify and matter.sealed:
        what = DocumentMatter.SUPERSEDED if matter.supersedes else DocumentMatter.KEPT
        news = News(
            party_id=matter.party.party_id, issuer=matter.issuer, dossier_id=matter.dossier_id, link=link
        )
        await tell(uow, news, what, paper.now)
    return outcome


async def _keep_seal(uow: UnitOfWork, paper: _Paper, seal_id: UUID, *, sha256: bytes) -> None:
    matter, now = paper.matter, paper.now
    if paper.seal is not None:
        await seals.keep(uow, paper.seal)
    else:
        party_id = matter.party.party_id
        try:
            await seals.bind(uow, seal_id, document_id=paper.id, party_id=party_id, sha256=sha256, now=now)
        except (NotFoundError, SealConflictError) as error:
            raise _seal_in_use() from error
    if matter.supersedes and matter.replaced_seal_id:
        await seals.supersede(
            uow, matter.replaced_seal_id, successor_id=seal_id, reason=matter.supersedes.reason, now=now
        )


def _seal_in_use() -> Problem:
    return invalid("/metadata/seal_code", "seal-in-use")
