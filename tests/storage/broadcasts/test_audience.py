"""Whom a broadcast is for."""

import random
from collections.abc import Callable
from uuid import UUID

import pytest

from storage.agencies.models import Agency
from storage.broadcasts import audience as audiences
from storage.broadcasts import followers
from storage.broadcasts.audience import Audience
from storage.broadcasts.topics import LANGUAGES, MOST_TOPICS, topic_id, topic_of, topics_of
from storage.ids import new_id
from storage.parties.kinds import PartyKind
from storage.unit_of_work import UnitOfWork
from tests.storage.broadcasts.telling import Square

KINDS = (None, *PartyKind)


@pytest.fixture
def square(unit_of_work: Callable[[], UnitOfWork]) -> Square:
    """An empty one."""
    return Square(open_unit=unit_of_work)


async def population(square: Square, chance: random.Random) -> tuple[list[Agency], dict[UUID, set[UUID]]]:
    """Make a forest of agencies, and parties with dossiers at some; return where each party has dossiers."""
    agencies: list[Agency] = []
    for number in range(chance.randint(2, 7)):
        above = chance.choice([None, *agencies])
        agencies.append(await square.agency(f"H{number}", above))
    homes: dict[UUID, set[UUID]] = {}
    for _ in range(chance.randint(2, 6)):
        party_id = await square.party(chance.choice(list(PartyKind)))
        chosen = [chance.choice(agencies).id for _ in range(chance.randint(0, 4))]
        for agency_id in chosen:
            await square.dossier(party_id, agency_id)
        homes[party_id] = set(chosen)
    return agencies, homes


@pytest.mark.parametrize("seed", range(6))
async def test_an_audience_is_all_parties_with_a_dossier_there_or_below(square: Square, seed: int) -> None:
    """By the definition, spelt out: for every party, every agency and every kind; sizes are counts of these."""
    agencies, homes = await population(square, random.Random(seed))
    lineage = {agency.id: set(agency.lineage) for agency in agencies}
    kinds = dict(await square.rows("SELECT id, kind FROM party"))
    every = [Audience(agency_id=place, kind=kind) for place in (None, *lineage) for kind in KINDS]
    expected = {
        audience: {
            party_id
            for party_id, places in homes.items()
            if audience.kind in (None, kinds[party_id])
            and (audience.agency_id is None or any(audience.agency_id in lineage[one] for one in places))
        }
        for audience in every
    }
    async with square.open_unit() as uow:
        for party_id in homes:
            found = await followers.find(uow, party_id, category="broadcast", channel="push")
            assert len(set(found.audiences)) == len(found.audiences)
            assert set(found.audiences) == {one for one in every if party_id in expected[one]}
        for audience in every:
            assert await audiences.size(uow, audience) == len(expected[audience])


async def test_somebody_unknown_is_in_the_audience_of_everybody_alone(square: Square) -> None:
    """A party that was never made, or is erased, is told what everybody is."""
    await square.party()
    async with square.open_unit() as uow:
        found = await followers.find(uow, new_id(), category="broadcast", channel="push")
    assert found.audiences == (Audience(),)
    assert (found.language, found.enabled) == ("vi", None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", [None, UUID(int=7)])
def test_an_audience_comes_back_as_it_was_kept(place: UUID | None, kind: PartyKind | None) -> None:
    """Nothing is null where it is kept, and nothing is lost by that."""
    audience = Audience(agency_id=place, kind=kind)
    assert None not in audience.kept
    assert Audience.of(*audience.kept) == audience


def test_every_audience_and_language_has_a_topic_of_its_own() -> None:
    """Names are what the push service takes, and neither they nor their ids meet."""
    places = [None, UUID(int=1), UUID(int=2)]
    names = {
        topic_of(Audience(agency_id=place, kind=kind), language)
        for place in places
        for kind in KINDS
        for language in LANGUAGES
    }
    assert len(names) == len(places) * len(KINDS) * len(LANGUAGES)
    assert len({topic_id(name) for name in names}) == len(names)
    assert {"broadcast-all-vi", f"broadcast-agency-{UUID(int=1)}-person-en"} <= names


def test_an_installation_follows_no_more_topics_than_it_can() -> None:
    """A company with dossiers everywhere follows everybody's, and as many as there is room for."""
    many = [Audience(), *(Audience(agency_id=UUID(int=n)) for n in range(1, 5000))]
    topics = topics_of(many, "vi")
    assert topics[0] == "broadcast-all-vi"
    assert len(topics) == MOST_TOPICS
