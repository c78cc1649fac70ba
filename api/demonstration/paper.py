"""The end of the story: the result on paper, from its agency to whoever scans its code."""

import io
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from time import time
from typing import Any

from api.demonstration.actors import ActError, AgencyActor, CitizenActor, Person, Stranger
from storage.dossiers.working_days import VIETNAM
from storage.seals.key_sets import read_key_set
from storage.seals.verifying import verify

WORDS = (
    (18, "GIẤY KHAI SINH"),
    (11, "Bản minh hoạ của TinDan, không có giá trị sử dụng"),
    (12, "Họ và tên: NGUYỄN MINH ANH"),
    (12, "Ngày sinh: 01/11/2026"),
    (12, "Nơi sinh: Hà Nội"),
)
_FONT = "NotoOfDemonstration"
_A4 = (595.28, 841.89)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What became of the paper.

    Attributes:
        told: what its agency was answered.
        shown: what its owner's store says of it.
        copy_size: bytes of the stamped copy as its owner gets it.
        online: what the verification says; `offline` what the code says by itself.
        missing: what was not as it should be.
    """

    told: dict[str, Any]
    shown: dict[str, Any]
    copy_size: int
    online: dict[str, Any]
    offline: str
    missing: list[str] = field(default_factory=list)


def hand_over(citizen: CitizenActor, agency: AgencyActor, stranger: Stranger, code: str) -> Handed:
    """Put the result of a dossier into its owner's store, and verify it as a stranger would.

    Raises ActError when something answers unexpectedly.
    """
    today = datetime.now(VIETNAM).date()
    told = agency.hand_over(
        {
            "source_id": f"{code}-KQ",
            "type_code": "KQ.G15.000001",
            "type_name": "Giấy khai sinh",
            "number": f"{today:%d}/{today:%Y}/KS",
            "dossier_code": code,
            "issued_on": today.isoformat(),
        },
        certificate(citizen.person),
    )
    shown, copy = citizen.document(told["id"]), citizen.copy(told["id"])
    online = stranger.verification(told["seal"]["code"])
    offline = verify(told["seal"]["link"], read_key_set(stranger.seal_keys()), time())
    handed = Handed(told=told, shown=shown, copy_size=len(copy), online=online, offline=offline.outcome.value)
    if not copy.startswith(b"%PDF-"):
        raise ActError("the copy is no PDF")
    handed.missing.extend(_gaps(handed, citizen))
    return handed


def _gaps(handed: Handed, citizen: CitizenActor) -> list[str]:
    gaps = []
    if handed.online["status"] != "valid":
        gaps.append(f"the verification says {handed.online['status']}")
    if handed.offline != "valid":
        gaps.append(f"the code by itself says {handed.offline}")
    if not any(handed.told["id"] in (item["link"] or "") for item in citizen.inbox()["items"]):
        gaps.append("no notice of the document")
    return gaps


def certificate(person: Person) -> bytes:
    """Draw a paper in our own words, as an agency's system would; it is nobody's."""
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    font = files("storage.papers") / "fonts" / "NotoSans-Regular.ttf"
    registerFont(TTFont(_FONT, io.BytesIO(font.read_bytes())))
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=_A4, lang="vi-VN")
    canvas.setTitle("Giấy khai sinh (bản minh hoạ)")
    top = _A4[1] - 90
    for size, words in (*WORDS, (12, f"Người đi khai sinh: {person.name}")):
        canvas.setFont(_FONT, size)
        canvas.drawString(72, top, words)
        top -= 2 * size
    canvas.save()
    return written.getvalue()
