"""Questions to the catalogue over HTTP, each another one, against the same application answering a constant.

The catalogue is the real one where it stands beside the checkout (../shared/data), and its questions are
those that citizens asked; else it is the demonstration's, and the questions are what the product's own table
of sayings has. They come from many addresses, so that the limit of one is not what is measured.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean, median, quantiles
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

from infra.bench.figures import Figure, alternate
from infra.bench.http import Answer, all_at_once, evenly
from infra.bench.patience import wait_until
from infra.bench.place import Bench, Place
from storage.engine import Engine
from storage.procedures import repository as procedures
from storage.procedures.formats.files import read_file
from storage.procedures.record import Procedure
from storage.search.catalogue import Catalogue
from storage.search.facts import Sieve
from storage.search.lexicon import lexicon
from storage.unit_of_work import Reading, UnitOfWork

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
CATALOGUE, QUESTIONS = DATA / "procedures.jsonl.gz", DATA / "queries.jsonl"
TARGET, P99_MS = 0.2, 20.0
CONNECTIONS, LISTED, OF_ADDRESS = 8, 10, 20


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What is asked, and of what."""

    questions: Sequence[str]
    procedures: Sequence[Procedure]
    name: str

    def core(self) -> tuple[float, float]:
        """Return the median ms of a question within a process, and the seconds in which its index is made."""
        started = time.process_time()
        catalogue = Catalogue(self.procedures, lexicon(), version=1)
        made = time.process_time() - started
        times = []
        for question in self.questions:
            began = time.perf_counter()
            catalogue.ask(question, Sieve(), count=LISTED)
            times.append((time.perf_counter() - began) * 1000)
        return median(times), made


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure how many questions are answered in a second, and how long they take at half of that."""
    with ExitStack() as opened:
        place = opened.enter_context(bench.place())
        matter = bench.runner.run(_matter(place))
        bench.tell(f"{matter.name}: {len(matter.procedures):,} procedures")
        core_ms, made_seconds = matter.core()
        stack = opened.enter_context(bench.installation(place, TINDAN_TRUSTED_PROXIES='["127.0.0.1"]'))
        constant_port = opened.enter_context(bench.beside(stack, "infra.bench.constant"))
        for port in (stack.ports.api, constant_port):
            wait_until(partial(_ready, port), "for the catalogue to be ready")
        asking = Asking(bench=bench, questions=matter.questions)
        size = asking.usual_size(stack.ports.api)
        count = bench.pick(400, 2000)
        contestants = {
            "ours": lambda: asking.rate(stack.ports.api, "/v1/procedures", count),
            "limit": lambda: asking.rate(constant_port, f"/bench/constant/{size}", count),
            "bare": lambda: asking.rate(constant_port, f"/bench/bare/{size}", count),
        }
        rounds = alternate(contestants, rounds=bench.pick(3, 9))
        yield Figure(
            name="search",
            unit="requests/s",
            ours=rounds.median("ours"),
            limit=rounds.median("limit"),
            ratio=rounds.ratio("ours", "limit"),
            target=TARGET,
            peers={
                "constant without parameters or limit": rounds.median("bare"),
                "core p50 ms": core_ms,
                "index made in s": made_seconds,
            },
            note=f"{matter.name}, {size:,} bytes an answer; within the process a question takes "
            f"{core_ms:.2f} ms, the index {made_seconds:.1f} s of CPU",
        )
        half = rounds.median("ours") / 2
        times = asking.at_pace(stack.ports.api, half, int(half * bench.pick(5, 20)))
    p99 = quantiles(times, n=100)[98]
    yield Figure(
        name="search_p99",
        unit="ms",
        ours=p99,
        limit=P99_MS,
        ratio=p99 / P99_MS,
        target=1,
        lower_is_better=True,
        note=f"{matter.name}, {half:.0f} requests/s; median {median(times):.1f} ms",
    )


async def _matter(place: Place) -> Matter:
    engine = Engine(place.settings)
    try:
        if CATALOGUE.is_file() and QUESTIONS.is_file():
            given, source = read_file(CATALOGUE).procedures, CATALOGUE.name
            async with UnitOfWork(engine, place.cipher) as uow:
                await procedures.put(uow, given, author="bench", source=source, whole=True, shrink=True)
                await uow.commit()
            lines = QUESTIONS.read_text("utf-8").splitlines()
            questions = [json.loads(line)["query"] for line in lines]
            return Matter(questions=questions, procedures=given, name="the real catalogue")
        async with Reading(engine, place.cipher) as reading:
            kept = [procedure async for procedure, _ in procedures.all_procedures(reading)]
        sayings = [" ".join(phrase) for phrase in lexicon().sayings]
        return Matter(questions=sayings, procedures=kept, name="the demonstration's catalogue")
    finally:
        await engine.dispose()


@dataclass(kw_only=True)
class Asking:
    """Asks questions for ever, a few from each of many addresses."""

    bench: Bench
    questions: Sequence[str]
    _number: int = 0

    def requests(self, path: str, count: int) -> list[bytes]:
        """Return the next requests."""
        return [self._next(path) for _ in range(count)]

    def rate(self, port: int, path: str, count: int) -> float:
        """Ask as fast as answers come; return how many come in a second."""
        requests = self.requests(path, count)
        return self.bench.runner.run(all_at_once(port, requests, connections=CONNECTIONS, expect=200))

    def usual_size(self, port: int) -> int:
        """Return the bytes of a usual answer."""
        return round(mean(len(answer.body) for answer in self._answers(port, 50.0, 100)))

    def at_pace(self, port: int, per_second: float, count: int) -> list[float]:
        """Ask at a steady pace; return how many ms each answer took."""
        return [answer.seconds * 1000 for answer in self._answers(port, per_second, count)]

    def _answers(self, port: int, per_second: float, count: int) -> list[Answer]:
        answers: list[Answer] = []
        requests = self.requests("/v1/procedures", count)
        asking = evenly(
            port, requests, per_second=per_second, connections=2 * CONNECTIONS, note=answers.append
        )
        self.bench.runner.run(asking)
        return [answer.expect(200) for answer in answers]

    def _next(self, path: str) -> bytes:
        site, question = self._number // OF_ADDRESS, self.questions[self._number % len(self.questions)]
        self._number += 1
        return (
            f"GET {path}?limit={LISTED}&q={quote(question)} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            f"x-forwarded-for: 198.18.{site // 250 % 250}.{site % 250}\r\n\r\n"
        ).encode()


def _ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/v1/life-events", timeout=10):
            return True
    except HTTPError:
        return False
