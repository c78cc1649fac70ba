"""Workshops as tests need them, and what keeps them busy."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from functools import cache
from pathlib import Path

import pikepdf
import psutil
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from pikepdf import Name

from storage.papers.card import Card
from storage.papers.notary import Notary
from storage.papers.refusals import PaperRefused
from storage.papers.settings import PaperSettings
from storage.papers.spool import spool
from storage.papers.workshop import Workshop
from storage.settings import Environment
from tests.faults.polling import until
from tests.storage.papers.authorities import Identity, identity
from tests.storage.papers.samples import bomb, changed, flate, paper

ROOT = identity("Root CA", authority=True)
OFFICE = identity("Hệ thống TinDan", ROOT)
CARD = Card(
    link=f"HTTPS://XACTHUC.EXAMPLE.VN/V/7K3D9XQ2M4TB#{'A2' * 170}",
    issued_on=date(2026, 3, 2),
    valid_on=date(2026, 3, 4),
)
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def notary(by: Identity = OFFICE) -> Notary:
    """Return who signs copies."""
    return Notary(certificates=(by.der,), sign=lambda data: by.key.sign(data, ECDSA(SHA256())))


def settings(folder: Path, **given: object) -> PaperSettings:
    """Return settings of a workshop with one child."""
    return PaperSettings(env=Environment.DEVELOPMENT, data_dir=folder, **({"paper_workers": 1} | given))


@asynccontextmanager
async def opened(folder: Path, **given: object) -> AsyncIterator[Workshop]:
    """Open a workshop of one's own, whose child is ready."""
    async with Workshop.open(settings(folder, **given)) as made:
        with spool(folder) as file:
            file.write(paper())
            with suppress(PaperRefused):  # for the tests that leave no time
                await made.examine(file)
        await until(lambda: made.children, seconds=60)
        yield made


@cache
def slow(pictures: int = 40) -> bytes:
    """Return a file that is fine, but takes a while: each picture 10 to 40 ms."""

    def lay(document: pikepdf.Pdf) -> None:
        document.Root.Odd = pikepdf.Array(
            [
                flate(document, bomb(30 << 20), Subtype=Name.Image, Width=2000, Height=2000)
                for _ in range(pictures)
            ]
        )

    return changed(lay)


def busy(workshop: Workshop) -> bool:
    """Whether a child has opened a file: beside its own four descriptors it has that of the file and of its map."""
    return any(psutil.Process(child).num_fds() > 5 for child in workshop.children)
