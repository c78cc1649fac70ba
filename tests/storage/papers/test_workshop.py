"""What is brought to the workshop, and how it is served."""

import asyncio
import io
import os
import signal
import sys

import psutil
import pytest

from storage.errors import SettingsError
from storage.papers.examining import examine
from storage.papers.findings import Verdict
from storage.papers.limits import Limits
from storage.papers.notary import Notary
from storage.papers.refusals import PaperRefused, Refusal
from storage.papers.settings import PaperSettings
from storage.papers.signatures import Roots
from storage.papers.workshop import Workshop, WorkshopBusyError, WorkshopClosedError
from tests.faults.polling import until
from tests.storage.papers.authorities import signed
from tests.storage.papers.samples import by_hand, drawing, paper, photograph
from tests.storage.papers.workshops import CARD, OFFICE, ROOT, busy, notary, opened, settings, slow

SIGNED = signed(paper(), OFFICE)


@pytest.mark.parametrize("content", [paper(), by_hand(), photograph(), drawing(), SIGNED])
async def test_a_file_is_examined(workshop, spooled, content):
    """As it is without a workshop, whatever its position."""
    file = spooled(content)
    file.seek(7)
    expected = examine(io.BytesIO(content), limits=Limits(), roots=Roots(certificates=(ROOT.der,)))
    assert await workshop.examine(file) == expected


async def test_a_refusal_comes_with_its_parameters(workshop, spooled):
    """Reason and parameters travel."""
    with pytest.raises(PaperRefused) as caught:
        await workshop.examine(spooled(paper()), declared="image/png")
    assert caught.value.reason is Refusal.LYING_TYPE
    assert caught.value.params == {"declared": "image/png", "found": "application/pdf"}


@pytest.mark.parametrize("content", [paper(), photograph(), drawing()], ids=["pdf", "jpeg", "png"])
async def test_a_copy_is_drawn_and_signed(workshop, spooled, content):
    """By the notary, whose key the child does not have; the original stays as it was."""
    original = spooled(content)
    findings, placed, copy = await workshop.prepare(original, card=CARD, notary=notary())
    with copy:
        assert (findings.pages, placed.page) == (2 if content == paper() else 1, 0)
        (signature,) = examine(copy, limits=Limits(), roots=Roots(certificates=(ROOT.der,))).signatures
        assert (signature.verdict, signature.signer, signature.whole_file) == (
            Verdict.VALID,
            "Hệ thống TinDan",
            True,
        )
        assert os.fstat(copy.fileno()).st_nlink == 0
    original.seek(0)
    assert original.read() == content


async def test_a_copy_has_a_largest_size(papers_folder, spooled):
    """What the child may write is bounded, and says so."""
    limits = Limits(copy_bytes=2000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PaperSettings, "limits", lambda _: limits)
        async with opened(papers_folder) as made:
            with pytest.raises(PaperRefused) as caught:
                await made.prepare(spooled(paper()), card=CARD, notary=notary())
            assert (caught.value.reason, caught.value.params) == (Refusal.TOO_LARGE, {"limit": 2000})
            assert (await made.examine(spooled(paper()))).pages == 2


async def test_what_the_notary_raises_reaches_whoever_asked(workshop, spooled):
    """And only that one."""

    def refuse(_: bytes) -> bytes:
        raise TimeoutError("the key is away")

    with pytest.raises(TimeoutError, match="the key is away"):
        await workshop.prepare(
            spooled(paper()), card=CARD, notary=Notary(certificates=(OFFICE.der,), sign=refuse)
        )
    assert (await workshop.examine(spooled(paper()))).pages == 2


async def test_whoever_goes_away_while_waiting_leaves_nothing(workshop, spooled):
    """The files are closed, and the place is free."""
    first = asyncio.create_task(workshop.examine(spooled(slow())))
    await until(lambda: busy(workshop), poll=0.002)
    file = spooled(paper())
    before = psutil.Process().num_fds()
    waiting = [asyncio.create_task(workshop.examine(file)) for _ in range(5)]
    await asyncio.sleep(0)
    assert psutil.Process().num_fds() == before + 5
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    assert psutil.Process().num_fds() == before
    assert (await first).pages == 2


async def test_whoever_goes_away_meanwhile_does_not_hold_up_others(papers_folder, spooled):
    """A short job is let finish; one that hangs is ended with its child, long before its time."""
    async with opened(papers_folder, paper_seconds=60) as made:
        (child,) = made.children
        for hangs in (False, True):
            leaving = asyncio.create_task(made.examine(spooled(slow(8))))
            await until(lambda: busy(made), poll=0.002)
            if hangs:
                os.kill(child, signal.SIGSTOP)
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
            async with asyncio.timeout(30):
                assert (await made.examine(spooled(paper()))).pages == 2
            assert (made.children != (child,)) is hangs


async def test_no_more_wait_than_may(papers_folder, spooled):
    """The caller hears at once that it is busy, and what waits is done."""
    async with opened(papers_folder, paper_queue=2) as made:
        first = asyncio.create_task(made.examine(spooled(slow(20))))
        await until(lambda: busy(made), poll=0.002)
        waiting = [asyncio.create_task(made.examine(spooled(paper()))) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(WorkshopBusyError):
            await made.examine(spooled(paper()))
        assert [found.pages for found in await asyncio.gather(first, *waiting)] == [2, 2, 2]


async def test_who_brings_one_file_does_not_wait_for_others_hundred(workshop, spooled):
    """Agencies take turns."""
    order: list[str] = []
    file = spooled(paper())

    async def bring(whose: str) -> None:
        await workshop.examine(file, whose=whose)
        order.append(whose)

    many = [asyncio.create_task(bring("many")) for _ in range(10)]
    await asyncio.gather(*many, asyncio.create_task(bring("one")))
    assert order.index("one") <= 2


async def test_who_waits_at_the_end_is_told(papers_folder, spooled):
    """Nobody waits for a workshop that is closed."""
    async with opened(papers_folder) as made:
        children = made.children
        waiting = [asyncio.create_task(made.examine(spooled(slow()))) for _ in range(3)]
        await until(lambda: busy(made), poll=0.002)
    for outcome in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(outcome, WorkshopClosedError)
    with pytest.raises(WorkshopClosedError):
        await made.examine(spooled(paper()))
    assert not any(psutil.pid_exists(child) for child in children)


async def test_where_no_child_starts_nobody_waits(papers_folder, spooled, monkeypatch):
    """They are told, and not left alone."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    async with Workshop.open(settings(papers_folder)) as made:
        async with asyncio.timeout(20):
            with pytest.raises(WorkshopClosedError):
                await made.examine(spooled(paper()))


def test_roots_that_can_not_be_read_are_said(papers_folder, tmp_path):
    """When the process starts, not when the first paper comes."""
    for name, text in (
        ("empty.pem", ""),
        ("wrong.pem", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(SettingsError, match="TINDAN_SIGNATURE_ROOTS"):
            settings(papers_folder, signature_roots=tmp_path / name).root_certificates()
    with pytest.raises(SettingsError, match="TINDAN_SIGNATURE_ROOTS"):
        settings(papers_folder, signature_roots=tmp_path / "missing").root_certificates()
    empty = tmp_path / "folder"
    empty.mkdir()
    with pytest.raises(SettingsError, match="no certificate"):
        settings(papers_folder, signature_roots=empty).root_certificates()
    (empty / "a.pem").write_text("Gốc:\n".encode("ascii", "ignore").decode() + ROOT.pem + OFFICE.pem)
    (empty / "again.crt").write_text(ROOT.pem)
    assert settings(papers_folder, signature_roots=empty).root_certificates() == (ROOT.der, OFFICE.der)
