"""In which batches the lines of a file are told. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate, zip_longest
from operator import or_

from api.demonstration.record_file import Line

BATCH = 500
NEEDED_AT_FIRST = frozenset({"applicant", "procedure_code"})


def batches(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield batches, each of one top-level agency: what opens each dossier, then an event of each at a time.

    So every status is current when it is told, and raises its notice, as it would when pushed as it happened.
    """
    by_dossier: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_dossier[line.code].append(line)
    told = [_turns(dossier) for dossier in by_dossier.values()]
    for turns in zip_longest(*told):
        by_top: dict[str, list[Sequence[Line]]] = defaultdict(list)
        for turn in turns:
            if turn:
                by_top[turn[0].top].append(turn)
        for same in by_top.values():
            yield from _packed(same)


def _turns(dossier: Sequence[Line]) -> list[Sequence[Line]]:
    """Order by time; what comes before applicant and procedure are both named goes along with that line."""
    ordered = sorted(dossier, key=lambda line: datetime.fromisoformat(line.event["occurred_at"]))
    named = accumulate((line.event.keys() & NEEDED_AT_FIRST for line in ordered), or_)
    opening = next((place for place, fields in enumerate(named) if fields == NEEDED_AT_FIRST), 0) + 1
    first = max(0, opening - BATCH)
    return [ordered[first:opening], *([line] for line in [*ordered[:first], *ordered[opening:]])]


def _packed(turns: Sequence[Sequence[Line]]) -> Iterator[list[Line]]:
    """Fill batches without parting what belongs together."""
    batch: list[Line] = []
    for turn in turns:
        if batch and len(batch) + len(turn) > BATCH:
            yield batch
            batch = []
        batch += turn
    yield batch
