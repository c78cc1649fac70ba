"""The receipt slip: for a dossier's owner and for those who may speak for it, and for nobody else."""

import re
import struct
import zlib
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.lookups import qr
from api.lookups.slip_router import preferred
from api.services import Services
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen, PushEvent

CODE = "H26.1-261121-0001"
OWN, AGENCYS = f"/v1/dossiers/{CODE}/slip", f"/v1/agency/dossiers/{CODE}/slip"


@pytest.fixture(autouse=True)
async def dossier(push_event: PushEvent) -> None:
    """The citizen's dossier at the agency."""
    await push_event(CODE, 1)


async def test_owner_and_agency_get_the_same_slip(
    client: httpx.AsyncClient, citizen: Citizen, agency: Agency, services: Services
) -> None:
    """Code, secret, and an address whose fragment holds both, so that no server's log gets to see them."""
    own = await client.get(OWN, headers=citizen.headers)
    assert own.status_code == 200, own.text
    assert own.headers["cache-control"] == "no-store"
    slip = own.json()
    assert slip["code"] == CODE
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", slip["secret"])
    address = urlsplit(slip["url"])
    assert (address.path, address.query) == ("/tra-cuu", "")
    assert slip["url"].startswith(services.settings.auth.issuer())
    assert parse_qs(address.fragment) == {"c": [CODE], "s": [slip["secret"]]}
    assert (await client.get(AGENCYS, headers=agency.headers)).json() == slip
    assert (await client.get(OWN.lower(), headers=citizen.headers)).json() == slip


async def test_a_foreign_dossier_and_a_missing_one_have_no_slip(
    client: httpx.AsyncClient,
    citizen: Citizen,
    agency: Agency,
    make_citizen: MakeCitizen,
    make_agency: MakeAgency,
) -> None:
    """Answered alike, for citizens and for agencies."""
    stranger, elsewhere = await make_citizen(), await make_agency("H27")
    below = await make_agency("H26.1.5", parent=agency)
    answers = [
        await client.get(OWN, headers=stranger.headers),
        await client.get(AGENCYS, headers=elsewhere.headers),
        await client.get(AGENCYS, headers=below.headers),
        await client.get(OWN.replace("0001", "0002"), headers=citizen.headers),
        await client.get("/v1/dossiers/nonsense/slip", headers=citizen.headers),
        await client.get("/v1/agency/dossiers/nonsense/slip", headers=agency.headers),
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}


async def test_who_is_above_the_agency_gets_the_slip(
    client: httpx.AsyncClient, make_agency: MakeAgency, push_event: PushEvent, agency: Agency
) -> None:
    """Whoever may send events of a dossier may hand out its slip."""
    province = await make_agency("H30")
    commune = await make_agency("H30.7", parent=province)
    await push_event("H30.7-261121-0001", 1, agency=commune)
    path = "/v1/agency/dossiers/H30.7-261121-0001/slip"
    for caller, status in ((commune, 200), (province, 200), (agency, 404)):
        assert (await client.get(path, headers=caller.headers)).status_code == status


async def test_each_needs_its_own_token(
    client: httpx.AsyncClient, citizen: Citizen, agency: Agency, make_agency: MakeAgency
) -> None:
    """A citizen's opens no agency's address, nor the other way round; the scope is asked for."""
    scopeless = await make_agency("H26.2", scopes=frozenset({"other"}))
    assert (await client.get(OWN)).status_code == 401
    assert (await client.get(OWN, headers=agency.headers)).status_code == 401
    assert (await client.get(AGENCYS, headers=citizen.headers)).status_code == 401
    assert (await client.get(AGENCYS, headers=scopeless.headers)).status_code == 403


def drawn_in_svg(svg: str) -> set[tuple[int, int]]:
    """Return the dark modules of an SVG."""
    path = re.findall(r'<path d="([^"]+)"', svg)[0]
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path)
    assert "".join(f"M{x} {y}h{w}v1h-{w}z" for x, y, w, _ in runs) == path
    return {(int(x) + step, int(y)) for x, y, w, _ in runs for step in range(int(w))}


def drawn_in_png(png: bytes) -> set[tuple[int, int]]:
    """Return the dark modules of a PNG of one bit a pixel, read without the library that wrote it."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, rest = {}, png[8:]
    while rest:
        (length,) = struct.unpack(">I", rest[:4])
        kind, body, check = rest[4:8], rest[8 : 8 + length], rest[8 + length : 12 + length]
        assert struct.unpack(">I", check) == (zlib.crc32(kind + body),)
        chunks[kind] = body
        rest = rest[12 + length :]
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colour, width) == (1, 0, height)
    lines = zlib.decompress(chunks[b"IDAT"])
    stride = width // 8 + 1
    assert len(lines) == stride * height
    modules = width // qr.PIXELS
    return {
        (x, y)
        for y in range(modules)
        for x in range(modules)
        if not lines[y * qr.PIXELS * stride + 1 + x * qr.PIXELS // 8] & 0x80 >> x * qr.PIXELS % 8
    }


async def test_both_pictures_show_the_same_code(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """Module for module what the QR library made of the address, with a margin of four on every side."""
    url = (await client.get(OWN, headers=citizen.headers)).json()["url"]
    svg = await client.get(OWN, headers=citizen.headers | {"accept": "image/svg+xml"})
    png = await client.get(OWN, headers=citizen.headers, params={"format": "png"})
    assert (svg.headers["content-type"], png.headers["content-type"]) == ("image/svg+xml", "image/png")
    matrix = qr.matrix(url)
    dark = {(x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}
    assert drawn_in_svg(svg.text) == dark
    assert drawn_in_png(png.content) == dark
    last = len(matrix) - 1
    assert {min(min(module) for module in dark), last - max(max(module) for module in dark)} == {4}
    assert "sha" not in svg.headers["content-security-policy"]
    assert CODE in re.findall("<title>(.*?)</title>", svg.text)[0]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/json", "json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", "png"),
        ("image/svg+xml", "svg"),
        ("image/png;q=0.3, image/svg+xml;q=0.7", "svg"),
        ("IMAGE/PNG", "png"),
        ("image/png;q=0", "json"),
        ("image/png;q=x", "json"),
        (";;,,q=", "json"),
    ],
)
def test_the_form_is_the_callers(accept: str, form: str) -> None:
    """What weighs most of what there is; JSON where nothing of it is asked for."""
    assert preferred(accept) == form


async def test_the_query_goes_before_the_header(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """A form that there is not is refused."""
    headers = citizen.headers | {"accept": "text/html"}
    assert (await client.get(OWN, headers=headers)).headers["content-type"] == "text/html; charset=utf-8"
    assert (await client.get(f"{OWN}?format=json", headers=headers)).json()["code"] == CODE
    assert (await client.get(f"{OWN}?format=gif", headers=headers)).status_code == 422


@pytest.mark.parametrize(
    ("language", "title"), [("vi", "Phiếu tra cứu hồ sơ"), ("en", "Dossier look-up slip")]
)
async def test_the_page_can_be_printed(
    client: httpx.AsyncClient, citizen: Citizen, language: str, title: str
) -> None:
    """It holds code, secret and QR code, nothing personal, no script, and lets nothing else in."""
    slip = (await client.get(OWN, headers=citizen.headers)).json()
    answer = await client.get(f"{OWN}?format=html", headers=citizen.headers | {"accept-language": language})
    assert f"<h1>{title}</h1>" in answer.text
    assert f'<html lang="{language}">' in answer.text
    assert f"<dd>{slip['secret']}</dd>" in answer.text
    assert drawn_in_svg(answer.text)
    assert not re.search(r"<script|src=|href=", answer.text)
    assert citizen.name not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert re.match(
        r"default-src 'none'; style-src 'sha256-\S+'; base", answer.headers["content-security-policy"]
    )
