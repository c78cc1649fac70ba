"""Children that open files, and may die of them."""

import asyncio
import io
import os
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from functools import cache
from pathlib import Path

import pikepdf
import psutil
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from pikepdf import Name

from storage.errors import SettingsError
from storage.papers import seats
from storage.papers.card import Card
from storage.papers.examining import examine
from storage.papers.findings import Verdict
from storage.papers.kinds import MediaType
from storage.papers.limits import Limits
from storage.papers.notary import Notary
from storage.papers.refusals import PaperRefused, Refusal
from storage.papers.settings import PaperSettings
from storage.papers.signatures import Roots
from storage.papers.workshop import Workshop, WorkshopBusyError, WorkshopClosedError
from storage.settings import Environment
from tests.faults.polling import until
from tests.storage.papers.authorities import Identity, identity, signed
from tests.storage.papers.samples import bomb, by_hand, changed, drawing, flate, paper, photograph

ROOT = identity("Root CA", authority=True)
OFFICE = identity("Hệ thống TinDan", ROOT)
CARD = Card(
    link=f"HTTPS://XACTHUC.EXAMPLE.VN/V/7K3D9XQ2M4TB#{'A2' * 170}",
    issued_on=date(2026, 3, 2),
    valid_on=date(2026, 3, 4),
)
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def notary(by: Identity = OFFICE) -> Notary:
    return Notary(certificates=(by.der,), sign=lambda data: by.key.sign(data, ECDSA(SHA256())))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("workshop")


def settings(folder: Path, **given: object) -> PaperSettings:
    return PaperSettings(env=Environment.DEVELOPMENT, data_dir=folder, **({"paper_workers": 1} | given))


@pytest.fixture(scope="module")
async def workshop(folder) -> AsyncIterator[Workshop]:
    """One child, which most tests share: none of them may hurt the others."""
    roots = folder / "roots.pem"
    roots.write_text(ROOT.pem)
    async with Workshop.open(settings(folder, signature_roots=roots)) as opened:
        yield opened


@asynccontextmanager
async def opened(folder: Path, **given: object) -> AsyncIterator[Workshop]:
    async with Workshop.open(settings(folder, **given)) as made:
        await until(lambda: made.children, seconds=60)
        yield made


@pytest.fixture
def spooled(tmp_path):
    """Make a file of some bytes."""
    files = []

    def make(content: bytes):
        path = tmp_path / str(len(files))
        path.write_bytes(content)
        files.append(path.open("rb"))
        return files[-1]

    yield make
    for file in files:
        file.close()


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


async def test_a_copy_has_a_largest_size(folder, spooled):
    """What the child may write is bounded, and says so."""
    limits = Limits(copy_bytes=2000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PaperSettings, "limits", lambda _: limits)
        async with opened(folder) as made:
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


async def test_a_slow_file_is_refused_and_no_other(folder, spooled):
    """Its child is replaced, and the next file finds another."""
    async with opened(folder, paper_seconds=0.1) as made:
        (child,) = made.children
        waiting = asyncio.create_task(made.examine(spooled(slow())))
        next_one = asyncio.create_task(made.examine(spooled(drawing())))
        with pytest.raises(PaperRefused) as caught:
            await waiting
        assert (caught.value.reason, caught.value.params) == (Refusal.TOO_SLOW, {"limit": 1})
        assert (await next_one).media_type is MediaType.PNG
        assert not psutil.pid_exists(child)


def lzw_bomb(tables: int) -> bytes:
    """Return zeros packed so that only memory bounds what they grow to: about 7 MB a table."""

    def width(code: int) -> int:
        return next(bits for bits, full in ((9, 511), (10, 1023), (11, 2047), (12, 4096)) if code < full)

    table = format(0, "09b") + "".join(format(code, f"0{width(code)}b") for code in range(258, 4094))
    text = format(256, "09b") + (table + format(256, "012b")) * tables + format(257, "09b")
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


@linux
async def test_a_file_that_takes_all_memory_is_refused_and_no_other(folder, spooled):
    """Less than half a megabyte, and it wants a gigabyte."""

    def lay(document: pikepdf.Pdf) -> None:
        stream = document.make_stream(b"")
        stream.write(lzw_bomb(60), filter=Name.LZWDecode)
        document.Root.Odd = stream

    content = changed(lay, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    async with opened(folder, paper_memory_mib=128) as made:
        with pytest.raises(PaperRefused) as caught:
            await made.examine(spooled(content))
        assert caught.value.reason is Refusal.TOO_MUCH_MEMORY
        assert caught.value.params == {"limit": 128 << 20}
        assert (await made.examine(spooled(paper()))).pages == 2


@pytest.mark.parametrize(
    ("ended_by", "reason"),
    [
        (signal.SIGXCPU, Refusal.TOO_SLOW),
        (signal.SIGKILL, Refusal.TOO_MUCH_MEMORY),
        (signal.SIGSEGV, Refusal.DAMAGED),
        (signal.SIGABRT, Refusal.DAMAGED),
    ],
)
async def test_a_file_over_which_a_child_dies_is_refused(workshop, spooled, ended_by, reason):
    """The system ends what computes too long or takes too much; a fault in a library ends itself."""
    waiting = asyncio.create_task(workshop.examine(spooled(slow())))
    await until(lambda: busy(workshop), poll=0.002)
    os.kill(workshop.children[0], ended_by)
    with pytest.raises(PaperRefused) as caught:
        await waiting
    assert caught.value.reason is reason
    assert (await workshop.examine(spooled(paper()))).pages == 2


async def test_a_child_that_died_in_its_sleep_refuses_no_file(workshop, spooled):
    """The next file was not to blame: it goes to the next child."""
    await workshop.examine(spooled(paper()))
    child = workshop.children[0]
    os.kill(child, signal.SIGKILL)
    await until(lambda: psutil.Process(child).status() == psutil.STATUS_ZOMBIE)
    assert (await workshop.examine(spooled(paper()))).pages == 2
    assert workshop.children[0] != child


async def test_a_child_that_does_not_wake_up_any_more_costs_its_file_only(folder, spooled):
    """One that was stopped hangs until its time is up."""
    async with opened(folder, paper_seconds=0.5) as made:
        os.kill(made.children[0], signal.SIGSTOP)
        with pytest.raises(PaperRefused, match="too_slow"):
            await made.examine(spooled(paper()))
        assert (await made.examine(spooled(paper()))).pages == 2


async def test_a_child_is_replaced_after_so_many_files(folder, spooled):
    """What libraries leave behind does not add up."""
    async with opened(folder, paper_jobs=3) as made:
        seen = []
        for _ in range(4):
            await made.examine(spooled(paper()))
            await until(lambda: made.children)
            seen.append(made.children[0])
        assert len(set(seen[:2])) == 1
        assert seen[3] != seen[0]


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


async def test_whoever_goes_away_meanwhile_does_not_hold_up_others(folder, spooled):
    """A short job is let finish; a long one is ended with its child, long before its time."""
    async with opened(folder, paper_seconds=60) as made:
        (child,) = made.children
        for content in (slow(8), slow(150)):
            leaving = asyncio.create_task(made.examine(spooled(content)))
            await until(lambda: busy(made), poll=0.002)
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
            assert (await made.examine(spooled(paper()))).pages == 2
            if content == slow(8):
                assert made.children == (child,)
        os.kill(made.children[0], signal.SIGSTOP)
        leaving = asyncio.create_task(made.examine(spooled(paper())))
        await asyncio.sleep(0.05)
        leaving.cancel()
        async with asyncio.timeout(seats._ABANDONED_SECONDS + 20):
            assert (await made.examine(spooled(paper()))).pages == 2


async def test_no_more_wait_than_may(folder, spooled):
    """The caller hears at once that it is busy, and what waits is done."""
    async with opened(folder, paper_queue=2) as made:
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


async def test_who_waits_at_the_end_is_told(folder, spooled):
    """Nobody waits for a workshop that is closed."""
    async with opened(folder) as made:
        children = made.children
        waiting = [asyncio.create_task(made.examine(spooled(slow()))) for _ in range(3)]
        await until(lambda: busy(made), poll=0.002)
    for outcome in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(outcome, WorkshopClosedError)
    with pytest.raises(WorkshopClosedError):
        await made.examine(spooled(paper()))
    assert not any(psutil.pid_exists(child) for child in children)


async def test_where_no_child_starts_nobody_waits(folder, spooled, monkeypatch):
    """They are told, and not left alone."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    async with Workshop.open(settings(folder)) as made:
        async with asyncio.timeout(20):
            with pytest.raises(WorkshopClosedError):
                await made.examine(spooled(paper()))


def test_roots_that_can_not_be_read_are_said(folder, tmp_path):
    """When the process starts, not when the first paper comes."""
    for name, text in (
        ("empty.pem", ""),
        ("wrong.pem", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(SettingsError, match="TINDAN_SIGNATURE_ROOTS"):
            settings(folder, signature_roots=tmp_path / name).root_certificates()
    with pytest.raises(SettingsError, match="TINDAN_SIGNATURE_ROOTS"):
        settings(folder, signature_roots=tmp_path / "missing").root_certificates()
    empty = tmp_path / "folder"
    empty.mkdir()
    with pytest.raises(SettingsError, match="no certificate"):
        settings(folder, signature_roots=empty).root_certificates()
    (empty / "a.pem").write_text("Gốc:\n".encode("ascii", "ignore").decode() + ROOT.pem + OFFICE.pem)
    (empty / "again.crt").write_text(ROOT.pem)
    assert settings(folder, signature_roots=empty).root_certificates() == (ROOT.der, OFFICE.der)


@linux
async def test_a_child_holds_nothing_worth_stealing(folder, monkeypatch):
    """No secret in its environment, no file of ours, and bounds on what it takes."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("TINDAN_MASTER_KEY", "secret")
    with (folder / "held").open("w+") as held:
        os.set_inheritable(held.fileno(), True)
        async with opened(folder, paper_memory_mib=200) as made:
            child = Path(f"/proc/{made.children[0]}")
            assert b"secret" not in child.joinpath("environ").read_bytes()
            held_open = sorted(str(file.readlink()) for file in child.joinpath("fd").iterdir())
            assert held_open[:3] == ["/dev/null"] * 3
            assert [name.partition(":")[0] for name in held_open[3:]] == ["socket"]
            bounds = dict(psutil_limits(made.children[0]))
    assert bounds["core"] == bounds["nproc"] == 0
    assert bounds["nofile"] == 64
    assert 200 << 20 < bounds["as"] < 1 << 30
    assert bounds["fsize"] == Limits().copy_bytes


def psutil_limits(process: int) -> list[tuple[str, int]]:
    return [
        (name, resource.prlimit(process, getattr(resource, f"RLIMIT_{name.upper()}"))[0])
        for name in ("core", "nproc", "nofile", "as", "fsize")
    ]


def test_the_parent_does_not_load_what_opens_files():
    """Libraries that read hostile bytes are in the children alone."""
    heavy = {"pikepdf", "pypdfium2", "pyhanko", "PIL", "reportlab"}
    program = f"import sys, storage.papers.workshop; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


PARENT = """
import asyncio, sys
from storage.papers.settings import PaperSettings
from storage.papers.workshop import Workshop

async def main():
    async with Workshop.open(PaperSettings(env="development", data_dir=sys.argv[1], paper_workers=2)) as made:
        while len(made.children) < 2:
            await asyncio.sleep(0.01)
        print(*made.children, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def gone(process: int) -> bool:
    try:
        return psutil.Process(process).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("stopped", [False, pytest.param(True, marks=linux)])
async def test_children_end_with_their_parent(folder, stopped):
    """Even if it is killed, and even where they can not notice it themselves."""
    parent = subprocess.Popen(  # noqa: ASYNC220 - it does not wait for it
        [sys.executable, "-c", PARENT, folder], stdout=subprocess.PIPE, text=True
    )
    with parent:
        children = [int(number) for number in parent.stdout.readline().split()]
        assert len(children) == 2
        assert not any(gone(child) for child in children)
        for child in children if stopped else ():
            os.kill(child, signal.SIGSTOP)
        parent.kill()
    await until(lambda: all(gone(child) for child in children), seconds=5)
