"""Plays scenarios: hands out tasks, lets the integration tell, and gathers what both witnesses saw."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.routing import Mount, Route

from api.conformance.desk import Desk
from api.conformance.doors import USUAL, Door, Doors
from api.conformance.dossier_facts import StateFact
from api.conformance.evidence import Evidence
from api.conformance.facts import Draw, Fact
from api.conformance.faults import Target
from api.conformance.outcomes import Ending
from api.conformance.proxy import Proxy
from api.conformance.report import Report, draw_up
from api.conformance.scenario_texts import INSTRUCTION
from api.conformance.scenarios import SCENARIOS, Scenario
from api.conformance.stage import Stage, Take
from api.conformance.tenant import CLIENT_ID, Tenant
from api.stack import StackError

VERSION = 1
LAST_LINES = 10
"""That are shown of what a command wrote that does not run at all."""


class Driver(Protocol):
    """Lets an integration tell the tasks of one scenario."""

    def play(self, document: Mapping[str, Any]) -> Ending:
        """Hand the tasks over; return once it is done, or its time is over."""


@contextmanager
def _on(stage: Stage, take: Take) -> Iterator[Take]:
    stage.take = take
    try:
        yield take
    finally:
        stage.take = None


def application(stage: Stage, tenant: Tenant, desk: Desk | None) -> Starlette:
    """Return what listens: the proxy, and the desk where one is."""
    secrets = frozenset({tenant.client_secret})
    proxy = Proxy(stage, tenant.api_url, secrets, overtake=tenant.colleague.overtake)
    routes: list[Route | Mount] = [Mount("/", proxy)]
    if desk is not None:
        own = [Route("/tasks", desk.tasks), Route("/outcomes", desk.outcomes, methods=["POST"])]
        routes = [*own, *routes]
    return Starlette(routes=routes, lifespan=proxy.lifespan)


@dataclass(frozen=True, kw_only=True)
class Director:
    """Has an integration play scenarios.

    Attributes:
        url: where the integration reaches the proxy.
        tell: is told of each scenario before it begins.
        draw: makes up the facts; one for all that is played in a tenant.
    """

    stage: Stage
    tenant: Tenant
    driver: Driver
    url: str
    tell: Callable[[Scenario], None]
    draw: Draw = field(default_factory=Draw)

    def play(self, scenarios: Sequence[Scenario], doors: Doors | None = None) -> Report:
        """Play scenarios one after the other, and judge them.

        Args:
            scenarios: those of doors that are not used are left out.
            doors: which are used; where nobody says so, those that the integration names in its first
                scenario, and else the usual ones.

        Raises:
            StackError: it does not run at all: its command failed before it sent or said anything.
        """
        begun_at = datetime.now(UTC)
        played: list[tuple[Evidence, float]] = []
        used, first = doors or USUAL, True
        for scenario in scenarios:
            if not scenario.doors <= used:
                continue
            self.tell(scenario)
            begun = time.monotonic()
            evidence = self._play(scenario, scenario.facts(self.draw))
            if first:
                _require_life(evidence)
                used, first = doors or evidence.ending.doors or USUAL, False
            # The first may have been of a door that is not used after all.
            if scenario.doors <= used:
                played.append((evidence, time.monotonic() - begun))
        return draw_up(played, [one for one in SCENARIOS if one.doors <= used], begun_at)

    def _play(self, scenario: Scenario, facts: Sequence[Fact]) -> Evidence:
        # Told directly, and before: no fault is in the way of what others told.
        prior = {one.dossier_code: one.prior for one in facts if isinstance(one, StateFact) and one.prior}
        asyncio.run(self.tenant.colleague.tell(prior))
        document = document_of(scenario, facts, url=self.url, secret=self.tenant.client_secret)
        with _on(self.stage, Take.of(scenario)) as take:
            ending = self.driver.play(document)
        timelines, dossiers, papers = self.tenant.look(
            {fact.dossier_code for fact in facts},
            {told.source_id for exchange in take.tape.of(Target.RESULTS) for told in exchange.told},
        )
        return Evidence(
            scenario=scenario,
            facts=facts,
            tape=take.tape,
            ending=ending,
            timelines=timelines,
            dossiers=dossiers,
            papers=papers,
            secrets=frozenset({self.tenant.client_secret, *take.tokens}),
        )


def _require_life(evidence: Evidence) -> None:
    ending = evidence.ending
    if ending.code and not evidence.tape.exchanges and not ending.said:
        last = "\n".join((ending.output or "").strip().splitlines()[-LAST_LINES:])
        raise StackError(
            f"lệnh kết thúc với mã {ending.code} trước khi gửi gì"
            f" · the command ended with code {ending.code} before it sent anything\n{last}"
        )


def document_of(scenario: Scenario, facts: Sequence[Fact], *, url: str, secret: str) -> dict[str, Any]:
    """Return what the integration is given for one scenario."""
    return {
        "version": VERSION,
        "scenario": scenario.name,
        "instruction": {"vi": INSTRUCTION.vi, "en": INSTRUCTION.en},
        "doors": [door.value for door in Door],
        "api": {
            "base_url": url,
            "token_url": f"{url}/oauth/token",
            "client_id": CLIENT_ID,
            "client_secret": secret,
        },
        "tasks": [fact.as_task() for fact in facts],
    }
