"""Sealing and stamping a paper: token, code, place on the page, drawing, PAdES signature.

The limit is the script that everybody writes first with pyHanko: its own QR stamp, in a corner that is
hoped to be free, in a font without Vietnamese, drawn and signed in one step; and for a token no more than a
signature. Both take a page of text, which is the usual case. Beside it a scan that fills its page: ours makes
room for the card there, and the other covers what is in its way. The keys are in the process for both.
"""

import base64
import io
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from PIL import Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.stamp import QRStampStyle
from reportlab.pdfgen.canvas import Canvas

from infra.bench.figures import Figure, alternate
from infra.bench.place import Bench, per_second
from storage.papers.card import Card
from storage.papers.certificates import StampSettings
from storage.papers.findings import Findings
from storage.papers.kinds import MediaType
from storage.papers.stamping import stamp
from storage.seals.issuing import NewSeal, sign
from storage.seals.keys import SealKeys
from storage.seals.link import link
from storage.settings import Environment
from storage.signing import new_key, read_keys

TARGET = 0.7
HOST = "xacthuc.dichvucong.gov.vn"
A4 = (595.276, 841.89)
_UNSIGNED = 156
"""Bytes of a token of 220 that are not its signature."""


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure how many papers a process seals and stamps in a second."""
    ours, bare = Ours(bench), Bare(bench.data_dir)
    count = bench.pick(10, 40)
    contestants: dict[str, Callable[[], float]] = {}
    for kind, paper in papers().items():
        contestants[f"ours, {kind}"] = lambda paper=paper: per_second(count, lambda: ours.many(paper, count))
        contestants[f"bare, {kind}"] = lambda paper=paper: per_second(count, lambda: bare.many(paper, count))
    rounds = alternate(contestants, rounds=bench.pick(3, 9))
    yield Figure(
        name="stamping",
        unit="papers/s",
        ours=rounds.median("ours, text"),
        limit=rounds.median("bare, text"),
        ratio=rounds.ratio("ours, text", "bare, text"),
        target=TARGET,
        peers={name: rounds.median(name) for name in ("ours, scan", "bare, scan")},
        note=f"a scan that fills its page: {rounds.ratio('ours, scan', 'bare, scan'):.2f}",
    )


def papers() -> Mapping[str, bytes]:
    """Return a page of text, and a page that is one scan."""
    text, scan = io.BytesIO(), io.BytesIO()
    canvas = Canvas(text, pagesize=A4)
    for line in range(35):
        canvas.drawString(
            85, 780 - 16 * line, f"{line}. Cap giay phep xay dung cho chu ho tai dia chi neu tren."
        )
    canvas.save()
    noise = Image.effect_noise((1654, 2339), 60).convert("RGB")
    noise.save(scan, "PDF", resolution=200)
    clean = io.BytesIO()
    with pikepdf.open(scan) as pdf:
        pdf.save(clean)  # Pillow's own is not clean enough for pyHanko
    return {"text": text.getvalue(), "scan": clean.getvalue()}


class Ours:
    """The product, in the process that holds the keys."""

    def __init__(self, bench: Bench) -> None:
        self._runner = bench.runner
        self._seal_keys = SealKeys(read_keys(new_key()))
        self._notary = StampSettings(env=Environment.DEVELOPMENT, data_dir=bench.data_dir).notary()

    def many(self, paper: bytes, count: int) -> None:
        """Seal and stamp a paper so many times."""
        for number in range(count):
            now = datetime.now(UTC)
            new = NewSeal(
                issuer=HOST,
                agency_code="H26.11",
                issued_at=now,
                procedure_code="1.009994",
                dossier_code="H26.11-261120-0001",
                holder="0010******23",
                sha256=secrets.token_bytes(32),
            )
            seal = self._runner.run(sign(self._seal_keys, new, status_index=number))
            card = Card(
                link=link(HOST, seal.code, seal.token).text, issued_on=now.date(), valid_on=now.date()
            )
            findings = Findings(media_type=MediaType.PDF, pages=1)
            stamp(io.BytesIO(paper), io.BytesIO(), findings=findings, card=card, notary=self._notary)


@dataclass
class Bare:
    """pyHanko alone, with the certificate of ours."""

    data_dir: Path

    def __post_init__(self) -> None:
        pem = (self.data_dir / "secrets" / "stamp").read_text()
        certificate = pem.index("-----BEGIN CERTIFICATE-----")
        for name, part in (("key.pem", pem[:certificate]), ("certificate.pem", pem[certificate:])):
            (self.data_dir / name).write_text(part)
        self._signer = SimpleSigner.load(self.data_dir / "key.pem", self.data_dir / "certificate.pem")
        self._token_key = generate_private_key(SECP256R1())

    def many(self, paper: bytes, count: int) -> None:
        """Do so many times what ours does, as plainly as possible."""
        for _ in range(count):
            claims = secrets.token_bytes(_UNSIGNED - 8)
            token = claims + self._token_key.sign(claims, ECDSA(SHA256()))
            url = f"HTTPS://{HOST.upper()}/V/0123456789AB#{base64.b32encode(token).decode().rstrip('=')}"
            PdfSigner(
                PdfSignatureMetadata(
                    field_name="Stamp",
                    md_algorithm="sha256",
                    subfilter=SigSeedSubFilter.PADES,
                    certify=True,
                    docmdp_permissions=MDPPerm.NO_CHANGES,
                ),
                signer=self._signer,
                stamp_style=QRStampStyle(stamp_text=f"{HOST}\n0123 4567 89AB\nScan to verify"),
                new_field_spec=SigFieldSpec("Stamp", box=(350, 20, 575, 110)),
            ).sign_pdf(
                IncrementalPdfFileWriter(io.BytesIO(paper)),
                output=io.BytesIO(),
                appearance_text_params={"url": url},
            )
