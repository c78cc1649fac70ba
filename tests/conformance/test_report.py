"""What is counted, and how the report stands as JSON and as a page."""

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import StringIO

import jsonschema
import pytest
from rich.console import Console

from api.conformance import report_show
from api.conformance.checks.catalogue import CHECKS
from api.conformance.checks.check import Level
from api.conformance.doors import USUAL, Door
from api.conformance.evidence import Evidence
from api.conformance.facts import Draw
from api.conformance.report import Report, Verdict, draw_up, schema
from api.conformance.report_page import page
from api.conformance.scenario_facts import rows_mended
from api.conformance.scenario_texts import TITLES
from api.conformance.scenarios import SCENARIOS
from tests.conformance.tapes import SECRET, Made

BEGUN = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def report(*evidences: Evidence) -> Report:
    """A report of scenarios that took a second each."""
    return draw_up([(one, 1.0) for one in evidences], SCENARIOS, BEGUN)


def good() -> Made:
    """Everything told at once."""
    made = Made()
    return made.told(*made.facts)


def test_who_meets_all_has_a_hundred():
    """What was not tried counts nothing, and is said to be so."""
    found = report(good().evidence())
    assert (found.verdict, found.score, found.complete) == (Verdict.PASSED, 100, False)
    assert {check.verdict for check in found.checks} == {Verdict.PASSED, Verdict.NOT_TRIED}


def test_a_should_costs_points_and_no_verdict():
    """A must counts three, a should one; only who meets all has a hundred."""
    made = Made()
    found = report(made.told(*made.facts, agent="curl/8").evidence())
    tried = [check for check in found.checks if check.verdict is not Verdict.NOT_TRIED]
    whole = sum(3 if check.level is Level.MUST else 1 for check in tried)
    assert (found.verdict, found.score) == (Verdict.PASSED, 100 * (whole - 1) // whole)


def test_a_must_that_fails_once_fails_for_good():
    """Of two scenarios one is enough; the other is still said to be passed."""
    made = Made(scenario="slow", ending={"code": 1})
    found = report(good().evidence(), made.told(*made.facts).evidence())
    [failed] = [check for check in found.checks if check.verdict is Verdict.FAILED]
    assert (failed.id, [one.scenario for one in failed.faults]) == ("finishes", ["slow"])
    assert found.verdict is Verdict.FAILED
    assert [one.verdict for one in found.scenarios] == [Verdict.PASSED, Verdict.FAILED]


def test_the_report_says_which_doors_were_tried():
    """All are named, in both languages; those of scenarios that were played were tried."""
    found = report(good().evidence(), Made(scenario="bad-row", facts=rows_mended(Draw())).evidence())
    assert [door.name for door in found.doors] == list(Door)
    assert {door.name for door in found.doors if door.tried} == {Door.EVENTS, Door.TABLES}
    assert all(door.title.vi and door.title.en for door in found.doors)
    console = Console(record=True, width=200, file=StringIO())
    report_show.show(found, console)
    assert "this is not the last word" in console.export_text(clear=False)
    shown = console.export_text()
    assert "Tried: events, tables." in shown
    assert "Not tried: results, dossiers, arrangements." in shown
    read = Words()
    read.feed(page(found))
    assert read.words["en"].count("Tried") == 2


def test_who_uses_some_doors_alone_can_have_all():
    """Of the doors that are used each scenario was played: so the report is complete, with a hundred."""
    usual = [one for one in SCENARIOS if one.doors <= USUAL]
    played = []
    for one in usual:
        made = Made(scenario=one.name)
        played.append((made.told(*made.facts).evidence(), 1.0))
    found = draw_up(played, usual, BEGUN)
    assert found.complete
    assert not draw_up(played, SCENARIOS, BEGUN).complete
    assert not draw_up([], [], BEGUN).complete


def test_a_report_of_an_earlier_kit_is_still_as_the_schema_says():
    """It names no doors."""
    content = json.loads(report(good().evidence()).model_dump_json())
    del content["doors"]
    jsonschema.validate(content, schema())
    assert Report.model_validate(content).doors == []


def test_nothing_played_is_nothing_passed():
    """An empty report fails nobody, and lets nobody in."""
    assert (report().verdict, report().score) == (Verdict.NOT_TRIED, 0)


def test_the_json_is_as_its_schema_says():
    """The schema is a good one, and forbids what it does not name."""
    content = json.loads(report(good().evidence()).model_dump_json())
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(content, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content | {"secret": 1}, schema())
    assert content["begun_at"] == "2026-11-21T02:00:00Z"


class Words(HTMLParser):
    """The words of a page, by the class that shows them; and the addresses that it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[str, list[str]] = {"vi": [], "en": []}
        self.loads: list[str] = []
        self._now: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.loads += [value or "" for name, value in attrs if name in {"src", "href"}]
        self._now = given.get("class") if tag == "span" and given.get("class") in self.words else None

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser names it
        self._now = None

    def handle_data(self, data: str) -> None:
        if self._now:
            self.words[self._now].append(data)


def test_the_page_says_all_in_both_languages_and_loads_nothing():
    """Each text has its twin; links lead within the page; the mending of what failed is there."""
    made = Made(ending={"code": 1})
    read = Words()
    read.feed(page(report(made.told(*made.facts).evidence())))
    assert len(read.words["vi"]) == len(read.words["en"]) > 2 * len(CHECKS)
    assert all(address.startswith("#") for address in read.loads)
    [finishes] = [check for check in CHECKS if check.id == "finishes"]
    assert finishes.mend.vi in read.words["vi"]
    assert finishes.why.en in read.words["en"]
    assert "21/11/2026 09:00" in page(report(good().evidence()))


def test_what_an_integration_calls_itself_is_shown_and_not_obeyed():
    """A name full of markup is text, on the page and on the terminal."""
    made = Made()
    name = "[bold]<script>alert(1)</script>"
    made.told(*made.facts, agent=name, names=[f"{name}{place}" for place in range(4)])
    made.told(made.facts[0], at=1, names=["another"])
    found = report(made.evidence())
    assert "<script" not in page(found)
    assert "&lt;script&gt;alert(1)" in page(found)
    console = Console(record=True, width=200, file=StringIO())
    report_show.show(found, console)
    assert f"{name}0" in console.export_text()


def test_a_secret_that_was_told_as_something_else_is_not_repeated():
    """Not whole as the id of an event, and not in part where a name is cut."""
    made = Made()
    made.told(*made.facts, agent=f"{'x' * 56}{SECRET}", names=[f"{SECRET}{place}" for place in range(4)])
    made.told(made.facts[0], at=1, names=[f"{SECRET}-again"])
    found = report(made.evidence())
    written = found.model_dump_json()
    assert "again" in written
    assert f"{'x' * 56}" in written
    assert SECRET[:3] not in written


def test_every_scenario_has_its_words():
    """None is missing, none is left over."""
    assert {scenario.name for scenario in SCENARIOS} == set(TITLES)
