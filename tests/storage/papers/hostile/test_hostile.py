"""Five hundred bad files go through the workshop, and nothing else goes with them."""

import asyncio
import gc
import io
import time
from pathlib import Path

import psutil
import pypdfium2
import pytest
from PIL import Image

from storage.papers.findings import Findings
from storage.papers.kinds import MediaType
from storage.papers.refusals import PaperRefused
from storage.papers.settings import PaperSettings
from storage.papers.spool import spool
from storage.papers.workshop import Workshop
from storage.settings import Environment
from tests.faults.polling import until
from tests.storage.papers.hostile.corpus import COUNT, Hostile, sample
from tests.storage.papers.samples import paper
from tests.storage.papers.workshops import CARD, notary

SECONDS = 10.0
GROWTH = 64 << 20
AT_ONCE = 4


def opens(content: bytes, findings: Findings) -> bool:
    """Whether a file that was accepted opens in another program as what was found."""
    if findings.media_type is MediaType.PDF:
        with pypdfium2.PdfDocument(content) as document:
            return len(document) == findings.pages
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        return picture.size == findings.pixels


async def tell(workshop: Workshop, folder: Path, hostile: Hostile) -> tuple[Findings | PaperRefused, float]:
    """Return what the workshop says of a file, and how many seconds it took; of a good one a copy is drawn, too."""
    with spool(folder) as file:
        file.write(hostile.content)
        start = time.monotonic()
        said: Findings | PaperRefused
        try:
            said, _, copy = await workshop.prepare(
                file, card=CARD, notary=notary(), declared=hostile.declared
            )
            with copy, pypdfium2.PdfDocument(copy, autoclose=False) as document:
                assert len(document) == said.pages
        except PaperRefused as refusal:
            said = refusal
        return said, time.monotonic() - start


@pytest.mark.parametrize(
    "count", [60, pytest.param(COUNT, marks=[pytest.mark.verify, pytest.mark.timeout(900)])]
)
async def test_each_bad_file_ends_in_an_answer(tmp_path, count):
    """In time, without growth of this process; and the workshop is as good as before."""
    files = await asyncio.to_thread(sample, count)
    assert len(files) >= count
    settings = PaperSettings(
        env=Environment.DEVELOPMENT, data_dir=tmp_path, paper_seconds=SECONDS, paper_workers=2
    )
    turn = asyncio.Semaphore(AT_ONCE)
    outcomes: list[tuple[Hostile, Findings | PaperRefused, float]] = []
    async with Workshop.open(settings) as workshop:

        async def send(hostile: Hostile) -> None:
            async with turn:
                outcomes.append((hostile, *await tell(workshop, tmp_path, hostile)))

        await send(Hostile(name="good", content=paper()))
        gc.collect()
        before = psutil.Process().memory_info().rss
        await asyncio.gather(*(send(hostile) for hostile in files))
        gc.collect()
        grown = psutil.Process().memory_info().rss - before
        good, _ = await tell(workshop, tmp_path, Hostile(name="good", content=paper()))
        await until(lambda: len(workshop.children) == 2)
    assert isinstance(good, Findings)
    assert grown < GROWTH, f"{grown / 2**20:.0f} MiB"
    _judge(outcomes[1:])


def _judge(outcomes: list[tuple[Hostile, Findings | PaperRefused, float]]) -> None:
    late = [(hostile.name, took) for hostile, _, took in outcomes if took > (AT_ONCE + 1) * SECONDS]
    assert not late
    wrong = [
        (hostile.name, said)
        for hostile, said, _ in outcomes
        if hostile.reasons and not (isinstance(said, PaperRefused) and said.reason in hostile.reasons)
    ]
    assert not wrong
    taken = [(hostile, said) for hostile, said, _ in outcomes if isinstance(said, Findings)]
    assert not [hostile.name for hostile, said in taken if not opens(hostile.content, said)]
    by_chance = sum(not hostile.reasons for hostile, *_ in outcomes)
    assert 0.02 < len(taken) / by_chance < 0.4, f"{len(taken)} of {by_chance}"
