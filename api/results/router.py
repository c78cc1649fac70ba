"""`/v1/agency/results` and `/v1/agency/seals`: how papers come into their owners' stores."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api import openapi
from api.bodies import SourceId, read_part
from api.dependencies import AllServices, Read, get_agency
from api.intake.schemas import NewResult
from api.intake.taking import take_in
from api.problems import Problem
from api.results import answers, service
from api.results.schemas import EXAMPLE, NewSeal, ResultAnswer, Revocation, SealAnswer
from api.services import Services
from api.uploads import received
from auth.agencies import Scope
from auth.principals import AgencyCaller
from storage.agencies import speaking
from storage.seals.errors import SealError
from storage.seals.link import read_code
from storage.unit_of_work import Reading, transact
from storage.vault import documents

router = APIRouter(prefix="/v1/agency", tags=["agency"])
Issuing = Annotated[AgencyCaller, Depends(get_agency(Scope.RESULTS))]
METADATA, FILE = "metadata", "file"


@router.post(
    "/results",
    status_code=201,
    summary="Hand a result, or a digitised paper, to its owner's store",
    responses={
        200: {"model": ResultAnswer, "description": "A repeat"},
        409: {"description": "The source id was used for another paper"},
        413: {"description": "The file is too large"},
        422: {"description": "Metadata or file can not be used; `errors` says why"},
        503: {"description": "Too many files are under way or examined; Retry-After says when again"},
    },
    openapi_extra=openapi.upload_of(NewResult, metadata=METADATA, file=FILE, example=EXAMPLE),
)
async def hand_over(
    request: Request, services: AllServices, caller: Issuing, response: Response
) -> ResultAnswer:
    """Send `metadata` (JSON) and `file` (PDF, JPEG or PNG) as multipart/form-data.

    The bytes are kept as they came; what the paper is, is told by them alone. A result gets a seal and a
    display copy that bears it as a code; one whose seal was reserved bears it already. Its owner is told.
    Repeating is safe: the same `source_id` with the same paper gets the same answer again.
    """
    settings = services.settings.papers
    with services.uploads.taken(str(caller.agency_id)):
        async with received(
            request,
            texts=frozenset({METADATA}),
            file=FILE,
            most=settings.limits().file_bytes,
            folder=settings.spool_folder(),
        ) as upload:
            taken = await take_in(
                services, caller, read_part(NewResult, upload.fields[METADATA], METADATA), upload.file
            )
    if taken.repeated:
        response.status_code = 200
    async with services.reading() as reading:
        return await _answer(reading, caller, taken.document_id, services.settings.seals.link)


@router.get("/results", summary="Read what was taken in under an id of one's own")
async def find(reading: Read, services: AllServices, caller: Issuing, source_id: SourceId) -> ResultAnswer:
    """Return the paper of the calling agency itself that has this `source_id`."""
    itself = await speaking.itself(reading, caller.agency_id)
    found = await documents.find_by_source(reading, itself.code, source_id) if itself else None
    if found is None:
        raise Problem("not-found", 404)
    return await _answer(reading, caller, found.id, services.settings.seals.link)


@router.get("/results/{document_id}", summary="Read how a paper stands")
async def show(reading: Read, services: AllServices, caller: Issuing, document_id: UUID) -> ResultAnswer:
    """Return a paper of an agency for which the caller may speak."""
    return await _answer(reading, caller, document_id, services.settings.seals.link)


@router.post("/results/{document_id}/revocation", summary="Take a paper's force")
async def revoke(
    document_id: UUID, given: Revocation, services: AllServices, caller: Issuing
) -> ResultAnswer:
    """Revoke a paper and its seal: whoever verifies it is told since when, and why. It stays so.

    Asking again changes nothing, also with another reason.
    """
    link, now = services.settings.notify.document_link(document_id), datetime.now(UTC)
    work = partial(
        service.revoke, caller=caller, document_id=document_id, reason=given.reason, link=link, now=now
    )
    await transact(services.unit_of_work, work)
    async with services.reading() as reading:
        return await _answer(reading, caller, document_id, services.settings.seals.link)


@router.post("/seals", status_code=201, summary="Reserve a seal before a paper is signed")
async def reserve(given: NewSeal, services: AllServices, caller: Issuing) -> SealAnswer:
    """Make the code that an agency prints on a paper itself, and names as `seal_code` when it comes."""
    seal = await service.reserve(services, caller, given)
    return answers.seal_answer(seal, services.settings.seals.link)


@router.get("/seals/{code}/qr.svg", summary="Get a seal as a picture in vectors", response_class=Response)
async def as_svg(code: str, reading: Read, services: AllServices, caller: Issuing) -> Response:
    """Return the code, 0.4 mm a module when printed as large as it says."""
    from storage.papers import qr

    link = await _link(reading, services, caller, code)
    where = services.settings.seals.host()
    picture = qr.svg(
        qr.encode(link), title="Mã QR xác thực giấy tờ", description=f"Quét mã để kiểm tra tại {where}"
    )
    return Response(picture, media_type="image/svg+xml")


@router.get("/seals/{code}/qr.png", summary="Get a seal as a picture in pixels", response_class=Response)
async def as_png(code: str, reading: Read, services: AllServices, caller: Issuing) -> Response:
    """Return the code, 0.4 mm a module when printed as large as it says."""
    from storage.papers import qr

    link = await _link(reading, services, caller, code)
    return Response(qr.png(qr.encode(link)), media_type="image/png")


async def _link(reading: Reading, services: Services, caller: AgencyCaller, code: str) -> str:
    try:
        known = read_code(code)
    except SealError as error:
        raise Problem("not-found", 404) from error
    token = await speaking.token_of_seal(reading, caller.agency_id, known)
    if token is None:
        raise Problem("not-found", 404)
    return services.settings.seals.link(known, token).text


async def _answer(
    reading: Reading, caller: AgencyCaller, document_id: UUID, make_link: answers.MakeLink
) -> ResultAnswer:
    code = await service.agency_of(reading, caller, document_id)
    found = await answers.read(reading, code, document_id, make_link)
    if found is None:
        raise Problem("not-found", 404)
    return found
