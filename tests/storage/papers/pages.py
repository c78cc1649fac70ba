"""Papers of many kinds, and what it takes to stamp and to read them."""

import base64
import io
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import zxingcpp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image, ImageDraw
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

import storage.papers
from storage.papers.card import Card
from storage.papers.findings import Doubt, Findings, Signature, Verdict
from storage.papers.kinds import MediaType
from storage.papers.notary import Notary
from storage.papers.placed import Placed
from storage.papers.stamping import stamp

MM = 72 / 25.4
FONT = "NotoOfTests"
registerFont(TTFont(FONT, Path(storage.papers.__file__).parent / "fonts" / "NotoSans-Regular.ttf"))
HEADING = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"


def a_link(*, host: str = "XACTHUC.DICHVUCONG.GOV.VN", size: int = 220) -> str:
    """Return a link with a random token of so many bytes."""
    return f"HTTPS://{host}/V/7K3D9XQ2M4TB#{base64.b32encode(secrets.token_bytes(size)).decode().rstrip('=')}"


def a_card(link: str | None = None, *, expires_on: date | None = None) -> Card:
    return Card(
        link=link or a_link(),
        issued_on=date(2026, 11, 20),
        valid_on=date(2026, 11, 22),
        expires_on=expires_on,
    )


def a_key(kind: str = "ec") -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)


def a_certificate(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, *, days: int = 30, name: str = "Con dấu thử"
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    return (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                encipher_only=False,
                decipher_only=False,
                **usage,
            ),
            critical=True,
        )
        .sign(key, SHA256())
    )


@dataclass
class Stamper:
    """Stamps with a key of its own, and keeps what it was asked to sign."""

    kind: str = "ec"
    asked: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = a_key(self.kind)
        self.certificate = a_certificate(self.key)
        self.notary = Notary(certificates=(self.certificate.public_bytes(Encoding.DER),), sign=self._sign)

    def _sign(self, data: bytes) -> bytes:
        self.asked.append(data)
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, PKCS1v15(), SHA256())
        return self.key.sign(data, ec.ECDSA(SHA256()))

    def stamp(
        self, paper: bytes, card: Card | None = None, *, kind: MediaType = MediaType.PDF, signed: bool = False
    ) -> tuple[bytes, Placed]:
        """Return the copy of a paper, and where the card went."""
        into = io.BytesIO()
        placed = stamp(
            io.BytesIO(paper),
            into,
            findings=found(kind, signed=signed),
            card=card or a_card(),
            notary=self.notary,
        )
        return into.getvalue(), placed


def found(kind: MediaType = MediaType.PDF, *, signed: bool = False) -> Findings:
    signature = Signature(verdict=Verdict.UNKNOWN_SIGNER, doubt=Doubt.UNTRUSTED)
    return Findings(
        media_type=kind,
        pages=1,
        signatures=(signature,) * signed,
        pixels=None if kind is MediaType.PDF else (1, 1),
    )


def text_page(
    width: float, height: float, *, lines: int = 18, margin: float = 20, size: float = 11, **entries: object
) -> bytes:
    """Return a page of text.

    Args:
        width, height: in millimetres.
        lines: as many of them as fit above the lower margin.
        margin: in millimetres.
        size: of the type, in points.
        entries: of the page's dictionary, such as Rotate.
    """
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(width * MM, height * MM), invariant=True)
    canvas.setFont(FONT, size)
    for number in range(lines):
        top = height * MM - margin * MM - number * 1.6 * size
        if top < margin * MM:
            break
        words = f"Điều {number}. Cấp giấy phép xây dựng cho chủ hộ tại địa chỉ nêu trên, theo hồ sơ thiết kế"
        canvas.drawString(
            margin * MM, top, words[: int((width - 2 * margin) * MM / size / 0.55)] if number else HEADING
        )
    canvas.save()
    return with_entries(written.getvalue(), **entries)


def with_entries(pdf: bytes, **entries: object) -> bytes:
    """Return a PDF with other entries in the dictionary of its first page."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for name, value in entries.items():
            opened.pages[0].obj[f"/{name}"] = value
        return saved(opened)


def with_contents(contents: bytes, box: tuple[float, ...] = (0, 0, 595, 842)) -> bytes:
    """Return a page with just these contents."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].obj.MediaBox = pikepdf.Array(box)
        pdf.pages[0].obj.Contents = pdf.make_stream(contents)
        return saved(pdf)


def saved(pdf: pikepdf.Pdf) -> bytes:
    written = io.BytesIO()
    pdf.save(written)
    return written.getvalue()


def a_scan(width: int = 1240, height: int = 1754) -> Image.Image:
    """Return a page as a scanner sees it: grey, noisy, and dark to its edges."""
    drawn = seen(text_page(210, 297, lines=60), dpi=150).convert("RGB").resize((width, height))
    noisy = Image.blend(drawn, Image.effect_noise((width, height), 12).convert("RGB"), 0.08)
    ImageDraw.Draw(noisy).rectangle((2, 2, width - 3, height - 3), outline=(70, 70, 70), width=3)
    return noisy


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


def scanned_pdf() -> bytes:
    """Return a PDF of one scan that goes to its edges."""
    return encoded(a_scan(), "PDF", resolution=150)


PAGES: Mapping[str, Callable[[], bytes]] = {
    "A4": lambda: text_page(210, 297),
    "A4, full": lambda: text_page(210, 297, lines=60),
    "A5 lying": lambda: text_page(210, 148, lines=8),
    "A5 lying, full": lambda: text_page(210, 148, lines=40, margin=12),
    "turned by 90": lambda: text_page(297, 210, Rotate=90),
    "turned by 180": lambda: text_page(210, 297, lines=60, Rotate=180),
    "turned by 270": lambda: text_page(297, 210, lines=60, Rotate=270),
    "cropped": lambda: text_page(300, 400, lines=80, CropBox=pikepdf.Array([100, 150, 695, 992])),
    "in units of 2 points": lambda: text_page(105, 148.5, size=5.5, margin=10, UserUnit=2),
    "a slip": lambda: text_page(86, 54, lines=3, margin=5, size=7),
    "a turned slip": lambda: text_page(54, 86, lines=3, margin=5, size=7, Rotate=90),
    "A3": lambda: text_page(420, 297),
    "scanned": scanned_pdf,
}


def seen(pdf: bytes, *, dpi: float = 150, page: int = 0) -> Image.Image:
    """Return a page as pdfium draws it, at so many pixels an inch of paper."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        unit = float(opened.pages[page].get("/UserUnit", 1))  # which pdfium does not heed
    with pypdfium2.PdfDocument(pdf) as document:
        picture: Image.Image = document[page].render(scale=unit * dpi / 72).to_pil().copy()
        return picture


def codes(image: Image.Image) -> list[zxingcpp.Barcode]:
    """Return the QR codes in a picture. In noise and in QR codes some see bar codes, too."""
    return list(zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode))


def words(pdf: bytes, page: int = 0) -> str:
    """Return the text of a page as a search finds it."""
    with pypdfium2.PdfDocument(pdf) as document:
        text: str = document[page].get_textpage().get_text_range()
        return " ".join(text.split())
