"""Each check finds its fault, and leaves what is right alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from api.conformance import doors, faults, scenario_facts
from api.conformance.checks.catalogue import BY_ID, CHECKS
from api.conformance.checks.texts import TEXTS
from api.conformance.dossier_facts import ChangeFact
from api.conformance.evidence import Evidence
from api.conformance.facts import Draw
from api.conformance.faults import CUT_AFTER, CUT_BEFORE, OVERTAKEN, TOKEN_ENDED, Target
from api.conformance.outcomes import Said
from api.conformance.scenarios import LIMIT, SCENARIOS, document
from api.conformance.witness import KeptDossier
from tests.conformance.tapes import SECRET, Made, item_of, keeping, refused

FACTS = Draw().dossier()
ONE, TWO, THREE, FOUR = FACTS
STRANGER = replace(ONE, dossier_code="H97.1-261121-9999")
BAD = [ONE, TWO, refused(THREE)]
WAIT = faults.wait(429, 2)
SLOW = faults.slow(4)


def all_told(**given: object) -> Made:
    """All is told at once, and kept."""
    made = Made(facts=FACTS, **given)
    return made.told(*FACTS)


def verdict(name: str, made: Made) -> bool | None:
    """Whether a check is met; none where it was not tried."""
    finding = BY_ID[name].judge(made.evidence())
    return None if finding is None else finding.passed


def test_a_good_day_has_no_fault():
    """Nothing is found where facts are told once and kept."""
    made = all_told().token()
    assert {check.id for check in CHECKS if verdict(check.id, made) is False} == set()


def _moved() -> Made:
    return all_told(kept=[*FACTS[:3], replace(FOUR, occurred_at=FOUR.occurred_at + timedelta(seconds=1))])


def _paper(source: bytes) -> Made:
    draw = Draw()
    told = draw.dossier()
    paper = draw.paper(told[-1], document())
    return Made(facts=[*told, paper], papers={"x": paper.sha256 if source == b"whole" else b"other"})


TAG, OTHER_TAG = '"a"', '"b"'
STANDING = dict.fromkeys(("DN-LH-1", "DN-BG-2"), "confirmed")


def _changing(*, held: dict[str, str] | None = None) -> tuple[Made, ChangeFact]:
    """A dossier is read, and somebody else changes it; in the end so much of what others told is there."""
    [fact] = scenario_facts.change(Draw())
    states = (STANDING if held is None else held) | {"DN-LH-2": "cancelled"}
    made = Made(scenario="dossier-overtaken", facts=[fact], kept=[], dossiers=keeping(fact, states))
    made.read(fact, tag=TAG, action=OVERTAKEN)
    return made, fact


def _replaced(*tags: str, read_again: bool = True, **given: dict[str, str]) -> Made:
    """It is put under the first tag, which is refused, and then under the others."""
    made, fact = _changing(**given)
    first, *later = tags
    made.told(fact, target=Target.DOSSIERS, status=412, outcome=None, at=1, if_match=first)
    if read_again:
        made.read(fact, tag=OTHER_TAG, at=2)
    for place, tag in enumerate(later, start=3):
        made.told(fact, target=Target.DOSSIERS, at=place, if_match=tag)
    return made


def _things(place: int = 0, **changes: object) -> Made:
    """A thing, kept as it was told but for some changes."""
    fact = scenario_facts.things(Draw())[place]
    item = item_of(fact)
    dossier = KeptDossier(channel=2, summary=None, items=(replace(item, **changes),))
    made = Made(scenario="things", facts=[fact], kept=[], dossiers={fact.dossier_code: dossier})
    return made.told(fact, target=Target.ARRANGEMENTS)


def _doubled() -> Made:
    made = _things(1)
    [(code, dossier)] = made.dossiers.items()
    twice = (*dossier.items, replace(dossier.items[0], source_id="another"))
    made.dossiers = {code: replace(dossier, items=twice)}
    return made


def _table(*, whole: bool) -> Made:
    """A row is refused and mended; what else was in the table is sent again with it, or is not."""
    facts = scenario_facts.rows_mended(Draw())
    *first, mended = facts
    bad = next(fact for fact in first if fact.refused)
    good = [fact for fact in first if fact is not bad]
    made = Made(scenario="bad-row", facts=facts)
    made.told(*good, target=Target.TABLES).told(bad, target=Target.TABLES, outcome="refused")
    return made.told(*([*good, mended] if whole else [mended]), target=Target.TABLES, at=1)


GOOD: dict[str, Callable[[], Made]] = {
    "finishes": all_told,
    "facts-kept": lambda: _paper(b"whole"),
    "takes-new-fields": lambda: all_told(scenario="new-fields"),
    "stable-ids": lambda: Made(facts=FACTS).lost(ONE, action=CUT_AFTER).told(ONE, at=1),
    "one-content-per-id": lambda: Made(facts=FACTS).told(ONE, content=b"1").told(ONE, content=b"1"),
    "repeats-what-was-lost": lambda: Made(facts=FACTS).lost(ONE, TWO, action=CUT_AFTER).told(ONE, TWO, at=1),
    "waits-as-told": lambda: Made(facts=FACTS).lost(ONE, action=WAIT).told(ONE, at=2.05),
    "pauses-before-repeating": lambda: Made(facts=FACTS).lost(ONE, action=CUT_BEFORE).told(ONE, at=0.6),
    "waits-for-slow-answers": lambda: Made(facts=FACTS).told(ONE, took=4, action=SLOW).told(TWO, at=1),
    "does-not-resend-refused": lambda: (
        Made(facts=BAD).told(BAD[2], outcome="refused").told(BAD[2], content=b"mended", at=1)
    ),
    "reports-refusals": lambda: Made(facts=BAD),
    "keeps-batches-within-the-limit": lambda: Made(facts=FACTS).told(ONE, batch=LIMIT),
    "renews-tokens": lambda: Made(facts=FACTS).lost(ONE, action=TOKEN_ENDED).token(0.2).told(ONE, at=0.3),
    "reuses-tokens": lambda: Made(facts=FACTS).token().told(ONE).told(TWO).told(THREE),
    "does-not-resend-kept": lambda: Made(facts=FACTS).lost(ONE, action=CUT_AFTER).told(ONE, at=1),
    "replaces-what-it-read": lambda: _replaced(TAG, OTHER_TAG, OTHER_TAG),
    "keeps-what-others-told": lambda: _replaced(TAG, OTHER_TAG),
    "content-kept": _things,
    "nothing-invented": _things,
}
GOOD_TABLE = (
    "does-not-resend-kept",
    "does-not-resend-refused",
    "reports-refusals",
    "stable-ids",
    "facts-kept",
)
WRONG: list[tuple[str, Callable[[], Made]]] = [
    ("finishes", lambda: all_told(ending={"finished": False})),
    ("finishes", lambda: all_told(ending={"code": 1})),
    ("facts-kept", lambda: all_told(kept=FACTS[:3])),
    ("facts-kept", lambda: _paper(b"another")),
    ("nothing-invented", lambda: Made(facts=FACTS[:2], kept=FACTS)),
    ("nothing-invented", lambda: all_told(kept=[*FACTS, FOUR])),
    ("nothing-invented", lambda: all_told().told(STRANGER)),
    ("content-kept", _moved),
    ("content-kept", lambda: all_told(kept=[ONE, replace(TWO, due_at=None), THREE, FOUR])),
    ("content-kept", lambda: all_told(kept=[ONE, TWO, replace(THREE, note="Khác"), FOUR])),
    ("content-kept", lambda: all_told(kept=[replace(ONE, sequence=9), TWO, THREE, FOUR])),
    ("takes-new-fields", lambda: all_told(scenario="new-fields", ending={"code": 1})),
    ("takes-new-fields", lambda: all_told(scenario="new-fields").told(ONE, at=1)),
    ("stable-ids", lambda: Made(facts=FACTS).lost(ONE, action=CUT_AFTER).told(ONE, names=["new"], at=1)),
    (
        "one-content-per-id",
        lambda: Made(facts=FACTS).told(ONE, content=b"1").told(TWO, names=[f"{ONE.id}-1"]),
    ),
    ("repeats-what-was-lost", lambda: Made(facts=FACTS).lost(ONE, TWO, action=CUT_AFTER).told(ONE, at=1)),
    ("repeats-what-was-lost", lambda: Made(facts=FACTS).lost(action=CUT_BEFORE, target=Target.RESULTS)),
    (
        "repeats-what-was-lost",
        lambda: Made(facts=FACTS).lost(ONE, action=CUT_AFTER).lost(ONE, action=WAIT, at=1),
    ),
    ("waits-as-told", lambda: Made(facts=FACTS).lost(ONE, action=WAIT).told(ONE, at=0.11)),
    ("waits-as-told", lambda: Made(facts=FACTS).lost(ONE, action=WAIT).told(TWO, at=0.5)),
    ("pauses-before-repeating", lambda: Made(facts=FACTS).lost(ONE, action=CUT_BEFORE).told(ONE, at=0.15)),
    ("waits-for-slow-answers", lambda: Made(facts=FACTS).told(ONE, took=4, action=SLOW).told(ONE, at=1)),
    (
        "does-not-resend-refused",
        lambda: Made(facts=BAD).told(BAD[2], outcome="refused").told(BAD[2], outcome="refused", at=1),
    ),
    ("reports-refusals", lambda: Made(facts=BAD, said={THREE.id: Said.TOLD})),
    ("reports-refusals", lambda: Made(facts=BAD, said={THREE.id: None})),
    ("reports-truly", lambda: all_told(kept=FACTS[:3])),
    ("reports-truly", lambda: all_told(said={ONE.id: Said.FAILED})),
    ("reports-truly", lambda: all_told(said={ONE.id: None})),
    ("does-not-resend-kept", lambda: all_told().told(ONE, at=1)),
    ("keeps-batches-within-the-limit", lambda: Made(facts=FACTS).told(ONE, batch=LIMIT + 1)),
    ("renews-tokens", lambda: Made(facts=FACTS).lost(ONE, action=TOKEN_ENDED)),
    (
        "renews-tokens",
        lambda: (
            Made(facts=FACTS)
            .lost(ONE, action=TOKEN_ENDED)
            .lost(ONE, action=TOKEN_ENDED, at=1)
            .lost(ONE, action=TOKEN_ENDED, at=2)
            .lost(ONE, action=TOKEN_ENDED, at=3)
            .told(ONE, at=4)
        ),
    ),
    (
        "reuses-tokens",
        lambda: Made(facts=FACTS).token().told(ONE).token().told(TWO).token().told(THREE),
    ),
    ("keeps-secrets", lambda: Made(facts=FACTS).told(ONE, leaks=["URL"])),
    ("keeps-secrets", lambda: all_told(ending={"output": f"sent with {SECRET}"})),
    ("keeps-people-out-of-logs", lambda: all_told(ending={"output": f"told of {ONE.applicant.number}"})),
    ("keeps-people-out-of-logs", lambda: all_told(ending={"output": f"told of {ONE.applicant.name}"})),
    ("replaces-what-it-read", lambda: _replaced(TAG, "*")),
    ("replaces-what-it-read", lambda: _replaced(TAG, TAG)),
    ("replaces-what-it-read", lambda: _replaced(TAG, OTHER_TAG, read_again=False)),
    ("replaces-what-it-read", lambda: _replaced(OTHER_TAG)),
    ("keeps-what-others-told", lambda: _replaced(TAG, held={"DN-LH-1": "confirmed"})),
    ("keeps-what-others-told", lambda: _replaced(TAG, held=STANDING | {"DN-BG-2": "cancelled"})),
    ("keeps-what-others-told", lambda: _replaced(TAG, held={"DN-BG-2": "ordered"})),
    ("facts-kept", lambda: replace(_replaced(TAG, OTHER_TAG), dossiers={})),
    ("facts-kept", lambda: replace(_things(), dossiers={})),
    ("nothing-invented", _doubled),
    ("content-kept", lambda: _things(1, states=frozenset())),
    ("content-kept", lambda: _things(1, content=item_of(scenario_facts.things(Draw())[0]).content)),
    ("does-not-resend-kept", lambda: _table(whole=True)),
    ("names-itself", lambda: Made(facts=FACTS).told(ONE, agent="")),
    ("names-itself", lambda: Made(facts=FACTS).told(ONE, agent="python-httpx/0.28")),
]


@pytest.mark.parametrize(("name", "made"), WRONG)
def test_a_fault_is_found(name: str, made: Callable[[], Made]):
    """The check fails, and says what it saw in both languages."""
    finding = BY_ID[name].judge(made().evidence())
    assert finding is not None
    assert not finding.passed
    assert finding.seen.vi != ""
    assert finding.seen.en != ""


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_is_left_alone(name: str):
    """The check is tried, and met."""
    assert verdict(name, GOOD[name]()) is True


@pytest.mark.parametrize("name", GOOD_TABLE)
def test_who_mends_one_row_sends_that_one(name: str):
    """The rest of the table is not sent again, and nothing is found."""
    assert verdict(name, _table(whole=False)) is not False


def test_a_dossier_is_told_as_often_as_it_changes():
    """What stands now has no one content; the events that are told with it do."""
    [fact] = scenario_facts.whole(Draw())
    made = Made(scenario="dossier-lost", facts=[fact])
    made.told(fact, *fact.events, target=Target.DOSSIERS, content=b"1")
    made.told(fact, target=Target.DOSSIERS, content=b"2", at=1)
    assert verdict("one-content-per-id", made) is True
    assert verdict("does-not-resend-kept", made) is True
    made.told(fact.events[0], target=Target.DOSSIERS, content=b"3", at=2)
    assert verdict("one-content-per-id", made) is False


def test_every_door_has_a_scenario_of_its_own():
    """So each can be tried, and none is tried with another that an integration may not use."""
    assert {door for scenario in SCENARIOS for door in scenario.doors} == doors.ALL
    beside = doors.ALL - doors.USUAL
    assert all(len(scenario.doors) == 1 for scenario in SCENARIOS if scenario.doors & beside)


def test_no_check_is_without_a_fault_that_it_finds():
    """A check that nothing fails would be worth nothing."""
    assert {name for name, _ in WRONG} == set(BY_ID) == set(TEXTS)


UNTRIED = {
    *("takes-new-fields", "stable-ids", "repeats-what-was-lost", "waits-as-told", "pauses-before-repeating"),
    *(
        "waits-for-slow-answers",
        "does-not-resend-refused",
        "reports-refusals",
        "renews-tokens",
        "reuses-tokens",
    ),
    *("keeps-batches-within-the-limit", "replaces-what-it-read", "keeps-what-others-told"),
}


def test_without_an_occasion_nothing_is_found():
    """What a scenario does not try counts neither way."""
    made = all_told()
    assert {check.id for check in CHECKS if verdict(check.id, made) is None} == UNTRIED


def test_who_is_silent_is_found():
    """An integration that tells nothing fails by what is missing, and by what it does not say."""
    evidence = Made(facts=FACTS, kept=[], ending={"said": {}}).evidence()
    failed = {check.id for check in CHECKS if (finding := check.judge(evidence)) and not finding.passed}
    assert failed == {"facts-kept", "reports-truly"}


def test_every_scenario_has_facts_of_its_own():
    """No dossier is in two scenarios, and every fact can be told apart by what goes over the wire."""
    draw = Draw()
    seen: set[str] = set()
    for scenario in SCENARIOS:
        facts = scenario.facts(draw)
        codes = {fact.dossier_code for fact in facts}
        assert not codes & seen
        seen |= codes
        evidence = _evidence(scenario.name, facts)
        assert {fact.id for fact in evidence.distinct.values()} == {fact.id for fact in facts}


def _evidence(name: str, facts: object) -> Evidence:
    return Made(scenario=name, facts=facts).evidence()
