"""The national query: what stands granted, else the owner is asked; the same answer in all other cases."""

from json import dumps
from uuid import UUID

from api import limits
from api.intake.matter import issuer_of, require_procedure
from api.reuse import serving
from api.reuse.asking import Desk
from api.reuse.national_schemas import NationalFile, NationalResult, ResultQuery, ResultsFound
from api.reuse.serving import LISTED
from api.reuse.telling import note
from storage.agencies.speaking import Issuer
from storage.cipher import PartyKey
from storage.ids import new_id
from storage.papers.kinds import MediaType
from storage.reuse import asking, using
from storage.reuse.asking import NewRequest
from storage.reuse.kinds import USUAL_LIFE
from storage.reuse.using import GrantedDocument

REASON = "Cơ quan tra cứu kết quả đã có để bạn không phải nộp lại giấy tờ khi làm thủ tục này."
"""Shown to the owner: the national query has no field for one."""


async def answer(desk: Desk, given: ResultQuery, *, locale: str) -> ResultsFound:
    """Return what was granted of these types, for this procedure; ask where that was not done yet.

    Raises Problem: 403, 422 and 429, as asking does.
    """
    issuer = await issuer_of(desk.uow, desk.caller, None, below="")
    await require_procedure(desk.uow, given.procedure_code, below="")
    key = await desk.owner(given.identity)
    request_id = await asking.under_way(
        desk.uow,
        agency_id=issuer.id,
        party_id=key.party_id,
        procedure_code=given.procedure_code,
        type_codes=given.types,
        now=desk.now,
    )
    if request_id is None:
        request_id = await _ask(desk, issuer, key, given)
        return ResultsFound(request_id=request_id, results=[])
    return ResultsFound(request_id=request_id, results=await _granted(desk, request_id, given, locale))


async def _ask(desk: Desk, issuer: Issuer, key: PartyKey, given: ResultQuery) -> UUID:
    told = dumps(given.model_dump(mode="json"), sort_keys=True)
    new = NewRequest(
        agency_id=issuer.id,
        client_id=desk.caller.client_id,
        source_id=f"result-store:{new_id()}",
        content_hash=asking.content_hash(desk.uow.cipher, key.party_id, told),
        procedure_code=given.procedure_code,
        dossier_id=None,
        channel=given.channel,
        type_codes=given.types,
        number=None,
        reason=REASON,
        expires_at=desk.now + USUAL_LIFE,
    )
    return (await desk.put(issuer, key, new)).request_id


async def _granted(desk: Desk, request_id: UUID, given: ResultQuery, locale: str) -> list[NationalResult]:
    grant = await using.standing(desk.uow, desk.caller.agency_id, request_id, now=desk.now)
    if grant is None:
        return []
    found = [
        one
        for one in await using.documents(desk.uow, grant)
        if one.own.document.particulars.type_code in given.types
    ]
    limits.admit(desk.http, await LISTED.spend(desk.uow, str(request_id)))
    await note(desk.uow, desk.caller, grant, [one.own.document.id for one in found], desk.now)
    return [_worded(desk, one, request_id, locale) for one in found]


def _worded(desk: Desk, found: GrantedDocument, request_id: UUID, locale: str) -> NationalResult:
    told = serving.word(found, request_id, locale=locale, now=desk.now)
    return NationalResult(
        id=told.id,
        title=told.title,
        number=told.number,
        issuer=told.issuer,
        standing=told.standing.name,
        files=[
            NationalFile(
                name=f"{one.role.value}.{MediaType(one.media_type).extension}",
                path=one.href,
                size=one.size,
                sha256=one.sha256,
            )
            for one in told.files
        ],
    )
