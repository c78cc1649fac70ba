"""Children that open files, and may die of them."""

import asyncio
import ctypes
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pikepdf
import psutil
import pytest
from pikepdf import Name

from storage.papers.kinds import MediaType
from storage.papers.limits import Limits
from storage.papers.refusals import PaperRefused, Refusal
from storage.papers.workshop import Workshop
from tests.faults.polling import until
from tests.storage.papers.samples import changed, drawing, paper
from tests.storage.papers.workshops import busy, linux, opened, settings, slow


async def test_children_are_started_as_files_wait_for_them(papers_folder, spooled):
    """None before the first, no second one while the first is idle, and no third one for three files."""
    async with Workshop.open(settings(papers_folder, paper_workers=2)) as made:
        assert not made.children
        for _ in range(3):
            await made.examine(spooled(paper()))
            assert len(made.children) == 1
        first = made.children[0]
        await asyncio.gather(*(made.examine(spooled(slow(8))) for _ in range(3)))
        assert len(made.children) == 2
        assert first in made.children


async def test_who_goes_away_while_a_child_starts_leaves_nothing(papers_folder, spooled):
    """Its files are closed, and the child is there for the next."""
    async with Workshop.open(settings(papers_folder)) as made:
        process = psutil.Process()
        before, others = process.num_fds(), process.children()
        leaving = asyncio.create_task(made.examine(spooled(slow())))
        await until(lambda: process.children() != others, poll=0.002)
        leaving.cancel()
        await until(lambda: made.children, seconds=60)
        (child,) = made.children
        assert (await made.examine(spooled(paper()))).pages == 2
        assert made.children == (child,)
        assert process.num_fds() == before + 3  # two files of the test, and the line to the child


async def test_a_slow_file_is_refused_and_no_other(papers_folder, spooled):
    """Its child is replaced, and the next file finds another."""
    async with opened(papers_folder, paper_seconds=0.1) as made:
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
async def test_a_file_that_takes_all_memory_is_refused_and_no_other(papers_folder, spooled):
    """Less than half a megabyte, and it wants a gigabyte."""

    def lay(document: pikepdf.Pdf) -> None:
        stream = document.make_stream(b"")
        stream.write(lzw_bomb(60), filter=Name.LZWDecode)
        document.Root.Odd = stream

    content = changed(lay, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    async with opened(papers_folder, paper_memory_mib=128) as made:
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


async def test_a_child_that_does_not_wake_up_any_more_costs_its_file_only(papers_folder, spooled):
    """One that was stopped hangs until its time is up."""
    async with opened(papers_folder, paper_seconds=0.5) as made:
        os.kill(made.children[0], signal.SIGSTOP)
        with pytest.raises(PaperRefused, match="too_slow"):
            await made.examine(spooled(paper()))
        assert (await made.examine(spooled(paper()))).pages == 2


async def test_a_child_is_replaced_after_so_many_files(papers_folder, spooled):
    """What libraries leave behind does not add up."""
    async with Workshop.open(settings(papers_folder, paper_jobs=3)) as made:
        seen = []
        for _ in range(4):
            await made.examine(spooled(paper()))
            await until(lambda: made.children)
            seen.append(made.children[0])
        assert len(set(seen[:2])) == 1
        assert seen[3] != seen[0]


@linux
async def test_a_child_holds_nothing_worth_stealing(papers_folder, monkeypatch):
    """No secret in its environment, no file of ours, and bounds on what it takes."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("TINDAN_MASTER_KEY", "secret")
    with (papers_folder / "held").open("w+") as held:
        os.set_inheritable(held.fileno(), True)
        async with opened(papers_folder, paper_memory_mib=200) as made:
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


SEES_ITS_PARENT = """
import ctypes, os
from storage.papers.confinement import keep_to_oneself

if os.getuid() == 0:  # nothing is hidden from root
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as after a start under that user

def seen(name):
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            os.open(f"/proc/{parent}/{name}", os.O_RDONLY)
        except PermissionError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

names = ("environ", "mem", "fd")
before = [seen(name) for name in names]
keep_to_oneself()
print(before, [seen(name) for name in names])
"""


@linux
def test_a_child_does_not_see_into_its_parent():
    """Where the keys are: neither its environment, nor its memory, nor the files that it has open."""
    done = subprocess.run(
        [sys.executable, "-c", SEES_ITS_PARENT], capture_output=True, text=True, check=True, env={}
    )
    assert done.stdout.strip() == "[True, True, True] [False, False, False]"


@linux
async def test_who_has_children_is_not_seen_into(papers_folder, spooled):
    """Not from before the first of them is there."""
    system = ctypes.CDLL(None)
    system.prctl(4, 1, 0, 0, 0)
    async with opened(papers_folder) as made:
        await made.examine(spooled(drawing()))
    assert system.prctl(3, 0, 0, 0, 0) == 0


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
        await asyncio.gather(*(made.examine(open(sys.argv[2], "rb")) for _ in range(2)))
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
async def test_children_end_with_their_parent(papers_folder, tmp_path, stopped):
    """Even if it is killed, and even where they can not notice it themselves."""
    file = tmp_path / "paper.pdf"
    file.write_bytes(paper())
    parent = subprocess.Popen(  # noqa: ASYNC220 - it does not wait for it
        [sys.executable, "-c", PARENT, papers_folder, file], stdout=subprocess.PIPE, text=True
    )
    with parent:
        children = [int(number) for number in parent.stdout.readline().split()]
        assert len(children) == 2
        assert not any(gone(child) for child in children)
        for child in children if stopped else ():
            os.kill(child, signal.SIGSTOP)
        parent.kill()
    await until(lambda: all(gone(child) for child in children), seconds=5)
