"""Nobody reads, or touches, a conversation of another's: shown on random populations."""

import random
from typing import Any

import httpx
import pytest

from api.paging import SyncedMark, SyncMark
from storage.ids import new_id
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen, NewCode, PushEvent
from tests.api.conversations.writing import Desk, Talk

Population = tuple[list[Talk], list[Desk], dict[str, tuple[str, set[str]]]]


@pytest.fixture
async def desks(client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency) -> list[Desk]:
    """Two offices that have nothing to do with each other."""
    other = await make_agency("H55.1", scopes=frozenset({"events", "messages"}))
    return [Desk(client=client, agency=one) for one in (agency, other)]


@pytest.fixture(params=range(3))
async def population(
    request: pytest.FixtureRequest,
    desks: list[Desk],
    make_citizen: MakeCitizen,
    push_event: PushEvent,
    new_code: NewCode,
) -> Population:
    """Some parties, two offices, and dossiers that are whose they are, by a seed.

    Returns who may talk about each dossier, the offices, and by dossier the office's code and all that was
    written.
    """
    chance = random.Random(request.param)
    citizens = [await make_citizen() for _ in range(3)]
    talks, said = [], {}
    for n in range(chance.randint(5, 8)):
        desk, citizen = chance.choice(desks), chance.choice(citizens)
        code = new_code() if desk is desks[0] else f"H55.1-261121-{n:04d}"
        await push_event(code, 4, agency=desk.agency, citizen=citizen)
        talk = Talk(client=desk.client, citizen=citizen, code=code)
        texts = {f"{code} {citizen.number} {k}" for k in range(chance.randint(1, 3))}
        for text in sorted(texts):
            await (talk.say(text) if chance.random() < 0.5 else desk.say(code, text))
        talks.append(talk)
        said[code] = (desk.agency.code, texts)
    return talks, desks, said


async def pulled(desk: Desk, **query: Any) -> set[str]:
    """Return all that an office gets by pulling to the end."""
    page = await desk.pull(limit=2, **query)
    texts = {one["text"] for one in page["items"]}
    while page["next_cursor"]:
        page = await desk.pull(limit=2, cursor=page["next_cursor"])
        texts |= {one["text"] for one in page["items"]}
    return texts


async def test_everybody_reads_their_own_whole_and_nothing_else(population):
    """By pages, by delta from the beginning, and by pulling."""
    talks, desks, said = population
    era = SyncMark.decode((await talks[0].page())["sync_token"], parameter="since").era
    beginning = SyncMark(era=era, xid=0).encode()
    for talk in talks:
        for query in ({}, {"since": beginning}):
            page = await talk.page(limit=100, **query)
            assert {one["text"] for one in page["items"]} == said[talk.code][1]
    for desk in desks:
        own = set().union(*(texts for code, texts in said.values() if code == desk.agency.code))
        assert await pulled(desk) == await pulled(desk, since=beginning) == own


async def test_a_foreign_conversation_is_not_there(population):
    """Read, written and marked as one that does not exist, by parties and by offices, and nothing changes."""
    talks, desks, said = population
    callers: list[Citizen] = list({talk.citizen.party_id: talk.citizen for talk in talks}.values())
    for talk in talks:
        for citizen in callers:
            if citizen.party_id != talk.citizen.party_id:
                await _refused(Talk(client=talk.client, citizen=citizen, code=talk.code))
        for desk in desks:
            if desk.agency.code != said[talk.code][0]:
                answer = await desk.send(talk.code)
                assert answer.status_code == 404
    for talk in talks:
        assert {one["text"] for one in (await talk.page(limit=100))["items"]} == said[talk.code][1]


async def _refused(talk: Talk) -> None:
    missing = Talk(client=talk.client, citizen=talk.citizen, code="H26.1-261121-8888")
    for one in (talk, missing):
        read = await one.client.get(one.path, headers=one.citizen.headers)
        marked = await one.client.post(
            f"{one.path}/read", json={"up_to": str(new_id())}, headers=one.citizen.headers
        )
        assert {read.status_code, (await one.send()).status_code, marked.status_code} == {404}


async def test_marks_made_up_or_borrowed_open_nothing(population):
    """A cursor says where to go on, never whose list it is."""
    talks, _, said = population
    first, others = talks[0], talks[1:]
    token = SyncMark.decode((await first.page())["sync_token"], parameter="since")
    borrowed = SyncedMark(sync=token, id=new_id(), xid=0).encode()
    for talk in others:
        page = await talk.page(cursor=borrowed, limit=100)
        assert {one["text"] for one in page["items"]} == said[talk.code][1]


async def test_marking_with_anothers_message_marks_nothing(population):
    """A message about another dossier is no place in this one."""
    talks, desks, said = population
    for desk in desks:
        for code, (office, _) in said.items():
            if office == desk.agency.code:
                await desk.say(code, "đọc đi")
    foreign = {talk.code: (await talk.page())["items"][0]["id"] for talk in talks}
    for talk in talks:
        for code, message_id in foreign.items():
            if code != talk.code:
                assert await talk.read(message_id) == 0
        assert await talk.read(foreign[talk.code]) >= 1
