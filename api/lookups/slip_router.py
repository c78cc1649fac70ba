"""`/v1/dossiers/{code}/slip`, and the same for agencies."""

import asyncio
from typing import Annotated, Any, Literal, NamedTuple, get_args

from fastapi import APIRouter, Depends, Header, Query, Response

from api.app_version import require_supported_app
from api.dependencies import ActingForSelf, AllServices, EventSender, Locale, Read
from api.lookups import qr, slip_page
from api.lookups.schemas import Slip
from api.lookups.slips import SlipMaker

router = APIRouter(prefix="/v1", dependencies=[Depends(require_supported_app)])

Format = Literal["json", "svg", "png", "html"]
MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "html": "text/html",
}
DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The slip: as JSON, its QR code as SVG or PNG, or a page to be printed",
        "content": {
            media_type: {} for media_type in MEDIA_TYPES.values() if media_type != "application/json"
        },
    },
    404: {"description": "There is no such dossier, or it is not the caller's"},
}


async def get_format(
    given: Annotated[
        Format | None, Query(alias="format", description="Goes before `Accept`; JSON where neither asks")
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Format:
    """Return in which form a slip is asked for (RFC 9110, 12.5.1)."""
    return given or preferred(accept)


def preferred(accept: str) -> Format:
    """Return the form that an Accept header weighs most; the first one of several that weigh alike."""
    best: tuple[float, Format] = (0.0, "json")
    for part in accept.split(","):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((_weight(text[2:]) for text in parameters if text.startswith("q=")), 1.0)
        for name in get_args(Format):
            if MEDIA_TYPES[name] == media_type and weight > best[0]:
                best = (weight, name)
    return best[1]


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


class Shape(NamedTuple):
    """In which form a slip is asked for, and in which language its page."""

    form: Format
    locale: str


async def get_shape(form: Annotated[Format, Depends(get_format)], locale: Locale) -> Shape:
    """Return how a slip is to be answered."""
    return Shape(form, locale)


async def get_maker(services: AllServices, reading: Read) -> SlipMaker:
    """Return what makes slips for this request."""
    return SlipMaker(reading, services.slip_keys, services.settings.auth.issuer())


Shaped = Annotated[Shape, Depends(get_shape)]
Maker = Annotated[SlipMaker, Depends(get_maker)]


@router.get(
    "/dossiers/{code}/slip",
    summary="The receipt slip of one of my dossiers",
    tags=["citizen"],
    response_model=Slip,
    responses=DESCRIBED,
)
async def own_slip(code: str, citizen: ActingForSelf, maker: Maker, shape: Shaped) -> Response:
    """Return what lets anybody who holds it look the dossier up without an account.

    Nothing personal is shown there. The secret stays the same; it is kept nowhere. A representative does not
    get it: it would go on to open the dossier when the right to act is over.
    """
    return await _answer(await maker.for_owner(citizen, code), shape)


@router.get(
    "/agency/dossiers/{code}/slip",
    summary="The receipt slip of a dossier, to be handed to its applicant",
    tags=["agency"],
    response_model=Slip,
    responses=DESCRIBED,
)
async def slip_for_agency(code: str, caller: EventSender, maker: Maker, shape: Shaped) -> Response:
    """Return the slip of a dossier for which the caller may send events (scope `events`)."""
    return await _answer(await maker.for_agency(caller, code), shape)


async def _answer(slip: Slip, shape: Shape) -> Response:
    headers = {"cache-control": "no-store", "vary": "accept, accept-language"}
    media_type = MEDIA_TYPES[shape.form]
    if shape.form == "json":
        return Response(slip.model_dump_json(), media_type=media_type, headers=headers)
    # In a thread: to find the best of eight masks takes longer than other requests should wait.
    modules = await asyncio.to_thread(qr.matrix, slip.url)
    if shape.form == "html":
        return slip_page.page(slip, modules, shape.locale)
    content = qr.png(modules) if shape.form == "png" else qr.svg(modules, slip.code).encode()
    return Response(content, media_type=media_type, headers=headers)
