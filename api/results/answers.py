"""What is told of a paper that was kept, and of its seal."""

from collections.abc import Callable
from uuid import UUID

from api.results.schemas import FileAnswer, ResultAnswer, SealAnswer, SignatureAnswer
from storage.papers.findings import Signature
from storage.papers.kinds import MediaType
from storage.seals import repository as seals
from storage.seals.link import Link
from storage.seals.repository import UnkeptSeal
from storage.unit_of_work import Reading
from storage.vault import documents
from storage.vault.entries import KeptDocument, KeptFile
from storage.vault.kinds import FileRole

MakeLink = Callable[[str, bytes], Link]


async def read(
    reading: Reading, agency_code: str, document_id: UUID, make_link: MakeLink
) -> ResultAnswer | None:
    """Return what is told of a document of an agency; none where there is none."""
    found = await documents.find_for_agency(reading, [agency_code], document_id)
    if found is None:
        return None
    seal = await seals.by_id(reading, found.seal_id) if found.seal_id else None
    return _answer(found, seal_answer(seal, make_link) if seal else None)


def seal_answer(seal: UnkeptSeal, make_link: MakeLink) -> SealAnswer:
    """Tell what is printed."""
    link = make_link(seal.code, seal.token)
    return SealAnswer(code=seal.code, link=link.text, expires_at=seal.expires_at)


def _answer(found: KeptDocument, seal: SealAnswer | None) -> ResultAnswer:
    by_role = {file.role: file for file in found.files}
    copy = by_role.get(FileRole.COPY)
    return ResultAnswer(
        id=found.id,
        source_id=found.source_id,
        kind=found.particulars.kind,
        state=found.state,
        state_at=found.state_at,
        reason=found.reason,
        file=_file(by_role[FileRole.ORIGINAL]),
        seal=seal,
        copy_size=copy.size if copy else None,
        recorded_at=found.created_at,
    )


def _file(file: KeptFile) -> FileAnswer:
    return FileAnswer(
        media_type=MediaType(file.media_type),
        size=file.size,
        sha256=file.sha256.hex(),
        pages=file.pages or 1,
        signatures=[_signature(one) for one in file.signatures or ()],
    )


def _signature(one: Signature) -> SignatureAnswer:
    return SignatureAnswer(
        verdict=one.verdict,
        doubt=one.doubt,
        signer=one.signer,
        organisation=one.organisation,
        signed_at=one.signed_at,
        time_proven=one.time_proven,
        whole_file=one.whole_file,
    )
