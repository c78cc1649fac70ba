"""`tindan demo --events`: records of a portal, told through the public API."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import Progress

from api import interrupts
from api.demonstration.actors import AgencyActor
from api.demonstration.arrivals import Arrivals
from api.demonstration.batches import batches
from api.demonstration.extras import Extras, client_of, register
from api.demonstration.record_file import Line, RecordFile
from api.demonstration.tally import Tally
from api.settings import Settings
from api.stack import Stack

PATIENCE_SECONDS = 20.0


@dataclass(kw_only=True)
class Outcome:
    """What became of a file.

    Attributes:
        refused: why lines were not used, by their number.
        mails: which were wanted, and which came.
    """

    lines: int
    refused: dict[int, str]
    accepted: int = 0
    repeated: int = 0
    contradictions: int = 0
    notified: int = 0
    registered: Extras = field(default_factory=Extras)
    mails: Tally = field(default_factory=Tally)
    seconds: float = 0.0


def unused(file: RecordFile) -> Outcome:
    """Return the outcome of a file before anything of it was told."""
    return Outcome(lines=file.count, refused=dict(file.refused))


def perform(stack: Stack, settings: Settings, file: RecordFile, console: Console) -> Outcome:
    """Tell the records of a file on a running installation. Raises ActError, httpx.HTTPError."""
    outcome = unused(file)
    started = time.monotonic()
    outcome.registered = asyncio.run(register(stack, settings, file.lines))
    with Progress(console=console, transient=True) as progress:
        _push(stack, file.lines, outcome, progress)
        _wait(stack, outcome, progress)
    outcome.seconds = time.monotonic() - started
    return outcome


def _push(stack: Stack, lines: Sequence[Line], outcome: Outcome, progress: Progress) -> None:
    pushing = progress.add_task("Gửi · Pushing", total=len(lines))
    with ExitStack() as agencies:
        actors = {
            top: agencies.enter_context(AgencyActor(stack.api_url, client_of(top), secret))
            for top, secret in outcome.registered.secrets.items()
        }
        for batch in batches(lines):
            interrupts.checkpoint()
            answers = actors[batch[0].top].push_batch([line.event for line in batch])
            _note(outcome, batch, answers)
            progress.advance(pushing, len(batch))


def _wait(stack: Stack, outcome: Outcome, progress: Progress) -> None:
    waiting = progress.add_task("Chờ tin đến · Waiting", total=outcome.mails.wanted)
    counted = 0

    def enough() -> bool:
        nonlocal counted
        outcome.mails.add(arrivals.seen[counted:])
        counted = len(arrivals.seen)
        progress.update(waiting, completed=outcome.mails.arrived)
        return not outcome.mails.missing

    with Arrivals(stack.sandbox_url) as arrivals:
        arrivals.wait_until(enough, PATIENCE_SECONDS)


def _note(outcome: Outcome, batch: Sequence[Line], answers: Sequence[Mapping[str, Any]]) -> None:
    kept = []
    for line, answer in zip(batch, answers, strict=True):
        if answer["outcome"] == "refused":
            outcome.refused[line.number] = _why(answer["problem"])
        else:
            kept.append((line, answer))
            email = line.event.get("applicant", {}).get("email")
            if email:
                outcome.mails.know(line.code, email)
    # Only now: of one dossier, the notice may be that of one line, and the address that of another.
    for line, answer in kept:
        outcome.accepted += answer["outcome"] == "accepted"
        outcome.repeated += answer["outcome"] == "repeated"
        outcome.contradictions += bool(answer.get("contradiction"))
        if answer.get("notified"):
            outcome.notified += 1
            outcome.mails.want(line.code)


def _why(problem: Mapping[str, Any]) -> str:
    errors = problem.get("errors") or []
    return "; ".join(f"{error['pointer']}: {error['detail']}" for error in errors) or str(problem["title"])
