"""Five hundred bad files: those that were designed, and good ones that chance went over."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf

from storage.papers.refusals import Refusal
from tests.storage.papers.authorities import identity, signed
from tests.storage.papers.hostile.designed import designed
from tests.storage.papers.hostile.mutations import MUTATIONS
from tests.storage.papers.samples import by_hand, changed, drawing, paper, photograph, scan

COUNT = 500
SEED = 2026


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """A bad file.

    Attributes:
        name: to find it again; for those that chance made, with its number.
        content: its bytes.
        declared: the media type that its sender gives.
        reasons: what is right to say of it; empty where chance may have left it good.
    """

    name: str
    content: bytes
    declared: str | None = None
    reasons: frozenset[Refusal] = frozenset()


def good_files() -> list[bytes]:
    """Return what chance goes over. The signature is made anew in each run."""
    return [
        paper(),
        paper(9),
        by_hand(),
        scan(),
        changed(lambda _: None, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        signed(paper(), identity("Nguyễn Thị Lan")),
        photograph(),
        photograph(200, 300, progressive=True),
        drawing(),
        drawing(200, 300, mode="P"),
    ]


def corpus(count: int = COUNT, seed: int = SEED) -> Iterator[Hostile]:
    """Yield bad files: all that were designed, and so many of chance that it makes `count`."""
    made = 0
    for name, content, declared, reasons in designed():
        yield Hostile(name=name, content=content, declared=declared, reasons=reasons)
        made += 1
    files = good_files()
    for number in range(made, count):
        # Each has a chance of its own, so that one can be made again without those before it.
        chance = random.Random(f"{seed}/{number}")
        at = chance.randrange(len(files))
        content, steps = files[at], []
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            mutation = chance.choice(MUTATIONS)
            content = mutation(chance, content, chance.choice(files)) or b"\0"
            steps.append(mutation.__name__)
        yield Hostile(name=f"{number}: file {at}, {', '.join(steps)}", content=content)


def sample(count: int, seed: int = SEED) -> list[Hostile]:
    """Return so many of them, taken evenly: from what was designed as from what chance made."""
    everything = list(corpus(seed=seed))
    return everything[:: max(1, len(everything) // count)]
