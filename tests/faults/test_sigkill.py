"""Every part may be killed at any time: what was answered is kept, and what is kept is told."""

import asyncio
import os
import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from uuid import UUID

import httpx
import pytest

from api.demonstration import load as demonstration
from api.demonstration.prepare import prepare
from api.services import make_cipher
from api.settings import Settings
from api.stack import Ports, Stack
from storage.devices import repository as devices
from storage.devices.repository import Installation
from storage.embedded import EmbeddedPostgres
from storage.engine import Engine
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.settings import Environment, StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.faults.evidence import Finished, Kept, Received, is_all_done, read_kept, read_received
from tests.faults.integrator import Integrator
from tests.faults.polling import until
from tests.faults.saboteur import Saboteur
from tests.faults.workload import Person, Workload, make_workload

SEED = "TINDAN_FAULT_SEED"
RUNS = int(os.environ.get("TINDAN_FAULT_SEEDS", "1"))
EVENTS = int(os.environ.get("TINDAN_FAULT_EVENTS", "2000"))
CLIENTS, KILLS = 6, 20
DRAIN_SECONDS = 60.0 + EVENTS / 100
"""A worker killed at the very end holds its rows for one lease; then all the rest must go."""
SLOW = {"kind": "delay", "seconds": 0.03, "times": -1}
"""Providers take their time, so that there is always something under way to be killed."""

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180 + EVENTS // 33)]


def _seeds() -> list[int]:
    """Return the seed that was given, to see a failure again, else new ones: each run kills elsewhere."""
    given = os.environ.get(SEED)
    return [int(given)] if given else [secrets.randbelow(1_000_000) for _ in range(RUNS)]


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A running installation with a database server of its own, which can be killed."""
    folder = tmp_path / "data"
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(folder))
    # Providers, too, are killed: what they took in is evidence all the same.
    monkeypatch.setenv("TINDAN_SANDBOX_JOURNAL", str(tmp_path / "arrivals"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    server = EmbeddedPostgres(folder)
    try:
        url = server.start()
        prepare(Settings(), url)
        with Stack(data_dir=folder, database_url=url, ports=Ports.free(), logs=tmp_path / "logs") as stack:
            yield stack
    finally:
        server.destroy()


SEEDS = _seeds()


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
async def test_nothing_is_lost_or_invented_when_parts_are_killed(
    installation: Stack, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Events told through 20 kills are kept once each, and their notices reach every channel."""
    rng = Random(seed)
    workload = make_workload(
        rng, events=EVENTS, dossiers=EVENTS * 3 // 10, people=EVENTS // 8, clients=CLIENTS
    )
    await _register_phones(workload, installation)

    told, killed = await _tell_through_kills(installation, workload, rng)
    await until(lambda: is_all_done(installation.database_url), seconds=DRAIN_SECONDS, poll=0.25)

    kept = read_kept(installation.database_url)
    received = await read_received(installation.sandbox_url)
    assert told.answers.keys() == {event["event_id"] for event in workload.events}
    _assert_kept(workload, told, kept)
    repeats = _assert_delivered(workload, kept, received)
    with capsys.disabled():
        marked = sum(one.possible_duplicate for one in kept.finished)
        print(f"\n{SEED}={seed}: killed {dict(Counter(killed))}; requests repeated {dict(told.troubles)}")  # noqa: T201 - figures are wanted of a run that passes, too
        print(f"{len(kept.notices)} notices, {len(kept.finished)} sends, {repeats} twice, {marked} marked so")  # noqa: T201 - likewise


async def _register_phones(workload: Workload, stack: Stack) -> None:
    storage = StorageSettings(
        env=Environment.DEVELOPMENT, data_dir=stack.data_dir, DATABASE_URL=stack.database_url
    )
    owners = [person for person in workload.people if person.token]
    engine = Engine(storage)
    try:
        async with UnitOfWork(engine, make_cipher(storage)) as uow:
            identities = [PartyIdentity(kind=PartyKind.PERSON, number=person.number) for person in owners]
            for person, key in zip(owners, await parties.find_or_create(uow, identities), strict=True):
                await devices.put(uow, key, _installation(person))
            await uow.commit()
    finally:
        await engine.dispose()


def _installation(person: Person) -> Installation:
    return Installation(
        id=new_id(),
        platform="android",
        push_token=person.token or "",
        confirms_receipt=False,
        app_version=None,
    )


async def _tell_through_kills(stack: Stack, workload: Workload, rng: Random) -> tuple[Integrator, list[str]]:
    """Tell everything while parts are killed; return what was answered, and who was killed."""

    async def slow_down() -> None:
        async with httpx.AsyncClient(base_url=stack.sandbox_url) as sandbox:
            for channel in ("email", "push"):
                (await sandbox.put(f"/sandbox/faults/{channel}", json={"script": [SLOW]})).raise_for_status()

    saboteur = Saboteur(stack=stack, rng=rng, slow_down=slow_down)
    points = rng.sample(range(1, EVENTS * 19 // 20), KILLS)
    await slow_down()
    async with httpx.AsyncClient(base_url=stack.api_url) as http, asyncio.TaskGroup() as group:
        integrator = Integrator(
            http=http,
            client_id=demonstration.CLIENT_ID,
            secret=demonstration.client_secret(Settings()),
            may_go_on=saboteur.keeps_up_with,
        )
        group.create_task(saboteur.strike(lambda: len(integrator.answers), points))
        group.create_task(integrator.tell(workload.clients))
    assert len(saboteur.killed) == KILLS
    return integrator, saboteur.killed


def _assert_kept(workload: Workload, told: Integrator, kept: Kept) -> None:
    """Each event is in its timeline exactly once, and each promised notice exists, and no other."""
    events = {
        event["event_id"]: (
            event["dossier_code"],
            event["status"],
            datetime.fromisoformat(event["occurred_at"]),
        )
        for event in workload.events
    }
    assert kept.events == Counter(events.values())
    promised = [events[event_id] for event_id, answer in told.answers.items() if answer["notified"]]
    assert Counter(kept.notices.values()) == Counter(promised)


def _assert_delivered(workload: Workload, kept: Kept, received: Received) -> int:
    """Each notice came to its end on each channel of its party, and the providers got these and no others.

    Returns how many sends the providers got more than once.
    """
    owner_of = {notice: workload.owners[told[0]] for notice, told in kept.notices.items() if told}
    expected = Counter((notice, "email") for notice in owner_of)
    expected += Counter((notice, "push") for notice, owner in owner_of.items() if owner.token)
    assert Counter((one.notice, one.channel) for one in kept.finished) == expected
    assert {one.outcome for one in kept.finished} == {"accepted"}

    sends = {_address(one, owner_of[one.notice]): one for one in kept.finished}
    arrivals = received.mails + received.pushes
    assert arrivals.keys() == sends.keys()
    twice = {send for send, count in arrivals.items() if count > 1}
    assert all(sends[send].possible_duplicate for send in twice)
    return len(twice)


def _address(one: Finished, owner: Person) -> tuple[str, UUID]:
    """Say how the provider knows a send: a mail by its delivery, a push by its notice."""
    return (owner.email, one.id) if one.channel == "email" else (owner.token or "", one.notice)
