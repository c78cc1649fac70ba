"""The scenarios, in the order in which they are played."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from api.bilingual import Words
from api.conformance import faults
from api.conformance import scenario_facts as made
from api.conformance.doors import Door, Doors
from api.conformance.facts import USUAL, Draw, Fact, StatusFact
from api.conformance.faults import Plan, Target
from api.conformance.scenario_texts import TITLES
from storage.dossiers.statuses import DossierStatus

SLOW_SECONDS, STALL_SECONDS, WAIT_SECONDS = 4.0, 8.0, 2
LIMIT = 1000
"""Events in one batch."""
UNKNOWN_PROCEDURE = "9.999999"
SKEW = timedelta(hours=3)
NOISE = 400_000
"""Bytes that make an upload too large for one piece."""


UNSPOILT = Plan()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Facts to be told, and what goes wrong meanwhile.

    Attributes:
        facts: makes up what is to be told, in the order in which it is handed out.
        repeats: the same fact is handed out more than once.
        doors: it is for integrations that use all of these.
    """

    name: str
    facts: Callable[[Draw], Sequence[Fact]]
    plan: Plan = UNSPOILT
    repeats: bool = False
    doors: Doors = frozenset({Door.EVENTS})

    @property
    def title(self) -> Words:
        """What it is about, in one line."""
        return TITLES[self.name]


def _plain(draw: Draw) -> Sequence[Fact]:
    return draw.dossier()


def _twice(draw: Draw) -> Sequence[Fact]:
    told = draw.dossier()
    return [*told[:2], *told, told[-1]]


def _out_of_order(draw: Draw) -> Sequence[Fact]:
    one, other = draw.dossier(), draw.dossier()
    return [one[3], other[1], one[0], other[3], one[2], other[0], one[1], other[2]]


def _bad_item(draw: Draw) -> Sequence[Fact]:
    bad = [replace(fact, procedure_code=UNKNOWN_PROCEDURE, refused=True) for fact in draw.dossier(USUAL[:1])]
    return [*draw.dossier()[:2], *bad, *draw.dossier()]


def _ahead(draw: Draw) -> Sequence[Fact]:
    *past, last = draw.dossier()
    return [*past, replace(last, occurred_at=draw.now + SKEW, refused=True)]


def _corrected(draw: Draw) -> Sequence[Fact]:
    told = draw.dossier()[:3]
    wrong = told[-1]
    right = replace(
        wrong,
        revision=2,
        status=DossierStatus.SUPPLEMENT_REQUIRED,
        sequence=wrong.sequence + 1,
        occurred_at=wrong.occurred_at + timedelta(minutes=5),
        note="Bổ sung bản chụp giấy chứng sinh.",
    )
    return [*told, right]


def _many(draw: Draw) -> Sequence[Fact]:
    return [fact for _ in range((LIMIT + 50) // 2) for fact in draw.dossier(USUAL[:2])]


def _paper(draw: Draw) -> Sequence[Fact]:
    told = draw.dossier()
    return [*told, draw.paper(told[-1], document())]


def _bad_paper(draw: Draw) -> Sequence[Fact]:
    told: list[StatusFact] = draw.dossier()
    whole = document()
    return [*told, draw.paper(told[-1], whole[: len(whole) // 2], refused=True)]


@cache
def document() -> bytes:
    """Draw a paper that says nothing, of more bytes than go in one piece."""
    import io
    import random

    from PIL import Image

    # Seeded: a paper made twice is one paper.
    noise = random.Random(0).randbytes(NOISE)  # noqa: S311 - no secret
    side = int((NOISE // 3) ** 0.5)
    written = io.BytesIO()
    picture = Image.frombytes("RGB", (side, side), noise[: side * side * 3])
    picture.save(written, "PDF", quality=95)
    return written.getvalue()


WITH_PAPERS = frozenset({Door.EVENTS, Door.RESULTS})
WHOLE, ARRANGED, TABLED = (frozenset({door}) for door in (Door.DOSSIERS, Door.ARRANGEMENTS, Door.TABLES))
SCENARIOS = (
    Scenario(name="plain", facts=_plain),
    Scenario(name="duplicates", facts=_twice, repeats=True),
    Scenario(name="out-of-order", facts=_out_of_order),
    Scenario(name="slow", facts=_plain, plan=Plan(actions=(faults.slow(SLOW_SECONDS),) * 2)),
    Scenario(name="stalled", facts=_plain, plan=Plan(actions=(faults.stalled(STALL_SECONDS),))),
    Scenario(name="lost-answers", facts=_plain, plan=Plan(actions=(faults.CUT_AFTER, faults.CUT_BEFORE))),
    Scenario(name="too-fast", facts=_plain, plan=Plan(actions=(faults.wait(429, WAIT_SECONDS),))),
    Scenario(
        name="unavailable",
        facts=_plain,
        plan=Plan(actions=(faults.wait(503, WAIT_SECONDS), faults.broken(502))),
    ),
    Scenario(name="token-ends", facts=_plain, plan=Plan(token_dies=True)),
    Scenario(name="bad-item", facts=_bad_item),
    Scenario(name="clock-ahead", facts=_ahead),
    Scenario(name="corrected", facts=_corrected),
    Scenario(name="big-batch", facts=_many),
    Scenario(name="new-fields", facts=_plain, plan=Plan(widens=True)),
    Scenario(
        name="cut-upload",
        facts=_paper,
        plan=Plan(target=Target.RESULTS, actions=(faults.CUT_BEFORE,)),
        doors=WITH_PAPERS,
    ),
    Scenario(name="bad-file", facts=_bad_paper, doors=WITH_PAPERS),
    Scenario(
        name="dossier-lost",
        facts=made.whole,
        plan=Plan(target=Target.DOSSIERS, actions=(faults.CUT_AFTER,)),
        doors=WHOLE,
    ),
    Scenario(name="dossier-exists", facts=made.whole_known, doors=WHOLE),
    Scenario(
        name="dossier-overtaken",
        facts=made.change,
        plan=Plan(target=Target.READING, actions=(faults.OVERTAKEN,)),
        doors=WHOLE,
    ),
    Scenario(name="things", facts=made.things, doors=ARRANGED),
    Scenario(
        name="things-lost",
        facts=made.things,
        plan=Plan(target=Target.ARRANGEMENTS, actions=(faults.CUT_AFTER, faults.CUT_BEFORE)),
        doors=ARRANGED,
    ),
    Scenario(name="thing-corrected", facts=made.things_corrected, doors=ARRANGED),
    Scenario(
        name="table-lost",
        facts=made.rows,
        plan=Plan(target=Target.TABLES, actions=(faults.CUT_AFTER,)),
        doors=TABLED,
    ),
    Scenario(name="bad-row", facts=made.rows_mended, doors=TABLED),
)
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
