"""Which scenarios are played, as far as that hangs on the doors that an integration uses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from api.conformance.colleague import Colleague
from api.conformance.doors import ALL, USUAL, Door, Doors
from api.conformance.outcomes import Ending
from api.conformance.playing import Director
from api.conformance.scenarios import SCENARIOS
from api.conformance.stage import Stage
from api.conformance.tenant import Tenant
from api.conformance.witness import Dossiers, Papers, Timelines
from storage.settings import Environment, StorageSettings


@dataclass(frozen=True, kw_only=True)
class Quiet(Colleague):
    """A colleague who tells nobody, and remembers what."""

    told: dict[str, Any] = field(default_factory=dict)

    async def tell(self, dossiers: Mapping[str, Mapping[str, Any]]) -> None:
        self.told.update(dossiers)


class Empty(Tenant):
    """A tenant that keeps nothing."""

    def look(self, codes: Collection[str], sources: Collection[str]) -> tuple[Timelines, Dossiers, Papers]:  # noqa: ARG002 - the witness names them
        return {}, {}, {}


@dataclass
class Idle:
    """An integration that does nothing, and may say in its first scenario, or a later one, what it uses."""

    says: Sequence[Doors | None] = (None,)
    documents: list[Mapping[str, Any]] = field(default_factory=list)

    def play(self, document: Mapping[str, Any]) -> Ending:
        self.documents.append(document)
        place = min(len(self.documents), len(self.says)) - 1
        return Ending(finished=True, said={}, doors=self.says[place])


@pytest.fixture
def director(tmp_path: Path) -> Director:
    """A director before an empty house."""
    tenant = Empty(
        api_url="http://nowhere",
        client_secret="s3cret",
        colleague=Quiet(api_url="http://nowhere", client_id="c", client_secret="d"),
        storage=StorageSettings(env=Environment.DEVELOPMENT, data_dir=tmp_path),
    )
    return Director(
        stage=Stage(), tenant=tenant, driver=Idle(), url="http://nowhere", tell=lambda _scenario: None
    )


def names(doors: Doors) -> list[str]:
    """The scenarios for who uses some doors."""
    return [one.name for one in SCENARIOS if one.doors <= doors]


@pytest.mark.parametrize(
    ("given", "says", "used"),
    [
        (None, [None], USUAL),
        (None, [ALL], ALL),
        (None, [frozenset({Door.EVENTS})], frozenset({Door.EVENTS})),
        (None, [USUAL, ALL], USUAL),
        (None, [frozenset({Door.TABLES})], frozenset({Door.TABLES})),
        (frozenset({Door.TABLES}), [ALL], frozenset({Door.TABLES})),
    ],
)
def test_what_is_not_used_is_not_played(
    director: Director, given: Doors | None, says: Sequence[Doors | None], used: Doors
):
    """Who is told decides; else the first word of the integration; else it is as it always was."""
    integration = Idle(says=says)
    report = replace(director, driver=integration).play(SCENARIOS, given)
    assert [one.name for one in report.scenarios] == names(used)
    assert report.complete
    assert {door.name for door in report.doors if door.tried} == used


def test_what_others_told_before_is_told_first(director: Director):
    """Each dossier that has to be there already is, and none of those that the integration has to make."""
    integration = Idle()
    replace(director, driver=integration).play(SCENARIOS, ALL)
    told = director.tenant.colleague.told
    tasks = [task for document in integration.documents for task in document["tasks"]]
    known = {
        task.get("code", task.get("dossier_code"))
        for task in tasks
        if task["kind"] in {"dossier-change", "arrangement"}
    }
    assert known < set(told)
    [twice] = set(told) - known
    assert twice in {task["code"] for task in tasks if task["kind"] == "dossier"}
    assert all(document["doors"] == [door.value for door in Door] for document in integration.documents)
