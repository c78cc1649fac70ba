"""`tindan demo --events`: records of a portal, told through the public API."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from api.connectors.fields import RecordError
from api.connectors.records import to_event
from api.demonstration.actors import AgencyActor
from api.demonstration.arrivals import Arrival, Arrivals
from api.demonstration.extras import Extras, client_of, register, top_of
from api.settings import Settings
from api.stack import Stack

BATCH = 500
WAIT_SECONDS = 20.0
WAIT_SECONDS_A_NOTICE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One usable line: its number in the file, the record, and the event that it became."""

    number: int
    record: Mapping[str, Any]
    event: Mapping[str, Any]

    @property
    def code(self) -> str:
        """The dossier's code."""
        return str(self.event["dossier_code"])


@dataclass(kw_only=True)
class Outcome:
    """What became of a file.

    Attributes:
        refused: why lines were not used, by their number.
        emails: the applicant's address of each dossier, where one is known.
        wanted: how many mails each (address, dossier) should get.
        arrived: how many it got.
    """

    lines: int = 0
    accepted: int = 0
    repeated: int = 0
    contradictions: int = 0
    notified: int = 0
    refused: dict[int, str] = field(default_factory=dict)
    registered: Extras = field(default_factory=Extras)
    emails: dict[str, str] = field(default_factory=dict)
    wanted: Counter[tuple[str, str]] = field(default_factory=Counter)
    arrived: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def missing(self) -> int:
        """How many mails never arrived."""
        return sum((self.wanted - self.arrived).values())


def perform(stack: Stack, settings: Settings, path: Path, console: Console) -> Outcome:
    """Tell the records of a file on a running installation. Raises OSError, ActError."""
    outcome = Outcome()
    lines = list(_read(path, outcome))
    outcome.registered = asyncio.run(register(stack, settings, [(line.code, line.record) for line in lines]))
    actors = {
        top: AgencyActor(stack.api_url, client_of(top), secret)
        for top, secret in outcome.registered.secrets.items()
    }
    arrivals = Arrivals(stack.sandbox_url)
    started = datetime.now(UTC)
    with Progress(console=console, transient=True) as progress:
        pushing = progress.add_task("Gửi · Pushing", total=len(lines))
        for batch in _batches(lines):
            answers = actors[top_of(batch[0].code)].push_batch([line.event for line in batch])
            _note(outcome, batch, answers)
            progress.advance(pushing, len(batch))
        waiting = progress.add_task("Chờ tin đến · Waiting", total=outcome.wanted.total())

        def enough(seen: Sequence[Arrival]) -> bool:
            outcome.arrived = _matched(seen, outcome.wanted)
            progress.update(waiting, completed=outcome.arrived.total())
            return outcome.missing == 0

        arrivals.wait_until(enough, WAIT_SECONDS + WAIT_SECONDS_A_NOTICE * outcome.wanted.total())
    outcome.seconds = (datetime.now(UTC) - started).total_seconds()
    return outcome


def _read(path: Path, outcome: Outcome) -> Iterator[Line]:
    now = datetime.now(UTC)
    for number, raw in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not raw.strip(b" \t\r\xef\xbb\xbf"):
            continue
        outcome.lines += 1
        try:
            record = dict(json.loads(raw.decode("utf-8-sig")))
            yield Line(number=number, record=record, event=to_event(record, now))
        except RecordError as error:
            outcome.refused[number] = str(error)
        except UnicodeDecodeError:
            outcome.refused[number] = "không phải UTF-8 · is not UTF-8"
        except (ValueError, TypeError, RecursionError):
            outcome.refused[number] = "không phải đối tượng JSON · is no JSON object"


def _batches(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield requests, each of one top-level agency: what opens each dossier, then an event of each at a time.

    So every status is current when it is told, and raises its notice, as it would when pushed as it happened.
    """
    by_dossier: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_dossier[line.code].append(line)
    told = [_in_order(dossier) for dossier in by_dossier.values()]
    for turns in zip_longest(*told, fillvalue=()):
        by_agency: dict[str, list[Line]] = defaultdict(list)
        for turn in turns:
            for line in turn:
                by_agency[top_of(line.code)].append(line)
        for batch in by_agency.values():
            yield from (batch[start : start + BATCH] for start in range(0, len(batch), BATCH))


def _in_order(dossier: Sequence[Line]) -> list[list[Line]]:
    """Order by time; what comes before the line that names applicant and procedure goes along with it."""
    ordered = sorted(dossier, key=lambda line: line.event["occurred_at"])
    named = [{"applicant", "procedure_code"} <= line.event.keys() for line in ordered]
    opens = named.index(True) if True in named else 0
    return [ordered[: opens + 1], *([line] for line in ordered[opens + 1 :])]


def _note(outcome: Outcome, batch: Sequence[Line], answers: Sequence[Mapping[str, Any]]) -> None:
    emails = {
        line.code: line.event["applicant"]["email"].lower()
        for line in batch
        if line.event.get("applicant", {}).get("email")
    }
    outcome.emails |= emails
    for line, answer in zip(batch, answers, strict=True):
        if answer["outcome"] == "refused":
            outcome.refused[line.number] = _why(answer["problem"])
            continue
        outcome.accepted += answer["outcome"] == "accepted"
        outcome.repeated += answer["outcome"] == "repeated"
        outcome.contradictions += bool(answer.get("contradiction"))
        if answer.get("notified"):
            outcome.notified += 1
            email = outcome.emails.get(line.code)
            if email:
                outcome.wanted[email, line.code] += 1


def _why(problem: Mapping[str, Any]) -> str:
    errors = problem.get("errors") or []
    return "; ".join(f"{error['pointer']}: {error['detail']}" for error in errors) or str(problem["title"])


def _matched(seen: Sequence[Arrival], wanted: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    codes: dict[str, list[str]] = defaultdict(list)
    for email, code in wanted:
        codes[email].append(code)
    arrived: Counter[tuple[str, str]] = Counter()
    for mail in {arrival.key: arrival for arrival in seen if arrival.channel == "email"}.values():
        arrived.update((mail.to, code) for code in codes[mail.to.lower()] if f"{code}\n" in mail.text)
    return arrived
