"""The report: what each check found, what it counts, and the verdict. Its JSON schema is published."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.bilingual import Words
from api.conformance.checks.catalogue import CHECKS
from api.conformance.checks.check import Check, Level
from api.conformance.doors import Door
from api.conformance.evidence import Evidence
from api.conformance.scenarios import Scenario

VERSION = 1
WEIGHTS = {Level.MUST: 3, Level.SHOULD: 1}


class Verdict(StrEnum):
    """What came of a check, or of all."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_TRIED = "not_tried"
    """No scenario that was played gave an occasion."""


class Part(BaseModel):
    """A part of the report."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Part):
    """One text in both languages."""

    vi: str
    en: str

    @classmethod
    def of(cls, words: Words) -> "Text":
        """Take it over."""
        return cls(vi=words.vi, en=words.en)


class Seen(Part):
    """What one check found in one scenario."""

    scenario: str
    passed: bool
    seen: Text


class CheckReport(Part):
    """One check."""

    id: str
    level: Level
    verdict: Verdict
    title: Text
    why: Text
    mend: Text
    findings: list[Seen]

    @property
    def faults(self) -> list[Seen]:
        """Where it failed."""
        return [finding for finding in self.findings if not finding.passed]


class ScenarioReport(Part):
    """One scenario that was played."""

    name: str
    title: Text
    facts: int = Field(description="Handed out, repeats included")
    requests: int = Field(description="That reached the proxy, those for tokens included")
    seconds: float
    verdict: Verdict


class DoorReport(Part):
    """One door of the API; none that was not tried says anything of an integration."""

    name: Door
    title: Text
    tried: bool


class Report(Part):
    """How an integration stood the way to us.

    `score` is of 100: a check that must pass counts three, one that should counts one, and one that was not
    tried counts nothing. The verdict is "passed" where every check that must pass, and was tried, did.
    """

    version: int = VERSION
    begun_at: datetime
    verdict: Verdict
    score: int = Field(ge=0, le=100)
    complete: bool = Field(description="Whether all scenarios were played of the doors that are used")
    checks: list[CheckReport]
    scenarios: list[ScenarioReport]
    # Last, and with a default: reports of earlier kits have none, and are still as the schema says.
    doors: list[DoorReport] = Field(default_factory=list)


def draw_up(
    played: Sequence[tuple[Evidence, float]], scenarios: Sequence[Scenario], begun_at: datetime
) -> Report:
    """Judge what was played; `scenarios` are all that could have been, and each took so many seconds."""
    checks = [_judged(check, [evidence for evidence, _ in played]) for check in CHECKS]
    tried = [check for check in checks if check.verdict is not Verdict.NOT_TRIED]
    failed_musts = [c for c in tried if c.level is Level.MUST and c.verdict is Verdict.FAILED]
    return Report(
        begun_at=begun_at,
        verdict=_verdict(bool(tried), failed=bool(failed_musts)),
        score=_score(tried),
        complete=bool(played) and len(played) == len(scenarios),
        checks=checks,
        scenarios=[_scenario(evidence, seconds, checks) for evidence, seconds in played],
        doors=_doors([evidence.scenario for evidence, _ in played]),
    )


def schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of the report."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Report.model_json_schema(
        mode="serialization"
    )


def _doors(played: Sequence[Scenario]) -> list[DoorReport]:
    tried = {door for scenario in played for door in scenario.doors}
    return [DoorReport(name=door, title=Text.of(door.words), tried=door in tried) for door in Door]


def _judged(check: Check, evidences: Sequence[Evidence]) -> CheckReport:
    findings = [
        Seen(scenario=evidence.scenario.name, passed=finding.passed, seen=_shown(evidence, finding.seen))
        for evidence in evidences
        if (finding := check.judge(evidence))
    ]
    return CheckReport(
        id=check.id,
        level=check.level,
        verdict=_verdict(bool(findings), failed=not all(finding.passed for finding in findings)),
        title=Text.of(check.title),
        why=Text.of(check.why),
        mend=Text.of(check.mend),
        findings=findings,
    )


def _shown(evidence: Evidence, seen: Words) -> Text:
    return Text(vi=evidence.shown(seen.vi), en=evidence.shown(seen.en))


def _verdict(tried: bool, *, failed: bool) -> Verdict:  # noqa: FBT001 - the first of two alike
    if not tried:
        return Verdict.NOT_TRIED
    return Verdict.FAILED if failed else Verdict.PASSED


def _score(tried: Sequence[CheckReport]) -> int:
    """Return the share of what counts, rounded down: only who passes all has 100."""
    whole = sum(WEIGHTS[check.level] for check in tried)
    passed = sum(WEIGHTS[check.level] for check in tried if check.verdict is Verdict.PASSED)
    return 100 * passed // whole if whole else 0


def _scenario(evidence: Evidence, seconds: float, checks: Sequence[CheckReport]) -> ScenarioReport:
    name = evidence.scenario.name
    failed = any(finding.scenario == name for check in checks for finding in check.faults)
    return ScenarioReport(
        name=name,
        title=Text.of(evidence.scenario.title),
        facts=len(evidence.facts),
        requests=len(evidence.tape.exchanges),
        seconds=round(seconds, 1),
        verdict=Verdict.FAILED if failed else Verdict.PASSED,
    )
