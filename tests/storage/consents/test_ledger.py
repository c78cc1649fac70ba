"""The ledger stays as it was written, and its last word counts, by whichever way it is asked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.errors import RestrictViolation

from storage.consents import repository
from storage.consents.kinds import ConsentPurpose, Terms
from storage.consents.repository import Word
from storage.consents.standing import asked, stands
from storage.ids import new_id
from storage.unit_of_work import UnitOfWork
from tests.storage.vault.keeping import make_party

Open = Callable[[], UnitOfWork]
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PURPOSE = ConsentPurpose.READ_RECEIPTS


@pytest.fixture
async def party_id(unit_of_work: Open) -> UUID:
    async with unit_of_work() as uow:
        key = await make_party(uow)
        await uow.commit()
    return key.party_id


def word(party_id: UUID, *, given: bool) -> Word:
    return Word(
        party_id=party_id,
        purpose=PURPOSE,
        given=given,
        version=1 if given else None,
        actor_id=party_id,
        representation_id=None,
        session_id=new_id(),
    )


async def say(unit_of_work: Open, party_id: UUID, *, given: bool, now: datetime = NOW) -> bool:
    async with unit_of_work() as uow:
        new = await repository.say(uow, word(party_id, given=given), now=now)
        await uow.commit()
    return new


async def counts(unit_of_work: Open, party_id: UUID) -> bool:
    """Ask in a query and by the last word: both must say the same."""
    async with unit_of_work() as uow:
        statement = f"SELECT {stands('%(party_id)s')}".encode()
        row: Any = await (
            await (await uow.driver()).execute(statement, {"party_id": party_id} | asked(PURPOSE))
        ).fetchone()
        last = (await repository.latest(uow, party_id)).get(PURPOSE)
    assert row[0] is bool(last and last.stands)
    return bool(row[0])


async def test_the_last_word_counts_whatever_clocks_say(unit_of_work: Open, party_id: UUID) -> None:
    """A process whose clock is behind withdraws all the same: words are numbered."""
    assert not await counts(unit_of_work, party_id)
    for given, at in ((True, NOW), (False, NOW - timedelta(hours=1)), (True, NOW - timedelta(hours=2))):
        assert await say(unit_of_work, party_id, given=given, now=at)
        assert not await say(unit_of_work, party_id, given=given, now=at)
        assert await counts(unit_of_work, party_id) is given


async def test_a_word_that_is_unknown_here_neither_counts_nor_breaks(
    unit_of_work: Open, party_id: UUID
) -> None:
    """A newer release has another version and another purpose: this one knows neither."""
    await say(unit_of_work, party_id, given=True)
    async with unit_of_work() as uow:
        await (await uow.driver()).execute(
            "INSERT INTO consent (id, party_id, purpose, number, version, given, at, actor_id, session_id)"
            " SELECT gen_random_uuid(), party_id, purpose, 2, 9, true, at, actor_id, session_id FROM consent"
            " UNION ALL"
            " SELECT gen_random_uuid(), party_id, 'other', 1, 1, true, at, actor_id, session_id FROM consent"
        )
        await uow.commit()
    assert not await counts(unit_of_work, party_id)
    async with unit_of_work() as uow:
        page = await repository.page(uow, party_id, after=None, limit=10)
    assert {(one.purpose, one.version) for one in page} == {
        ("read_receipts", 1),
        ("read_receipts", 9),
        ("other", 1),
    }


@pytest.mark.parametrize("statement", ["UPDATE consent SET given = false", "DELETE FROM consent"])
async def test_what_was_said_stays(unit_of_work: Open, party_id: UUID, statement: str) -> None:
    """Nobody takes a word back but by another one, not even in the database itself."""
    await say(unit_of_work, party_id, given=True)
    with pytest.raises(RestrictViolation):
        async with unit_of_work() as uow:
            await (await uow.driver()).execute(statement.encode())
    assert await counts(unit_of_work, party_id)


async def test_two_words_have_never_one_number(unit_of_work: Open, party_id: UUID) -> None:
    """Also where somebody forgets to wait for their turn."""
    await say(unit_of_work, party_id, given=True)
    with pytest.raises(psycopg.errors.UniqueViolation):
        async with unit_of_work() as uow:
            await (await uow.driver()).execute(
                "INSERT INTO consent (id, party_id, purpose, number, version, given, at, actor_id, session_id)"
                " SELECT gen_random_uuid(), party_id, purpose, number, 1, false, at, actor_id, session_id"
                " FROM consent"
            )


@pytest.mark.parametrize(("given", "version"), [(True, None), (False, 1), (True, 2), (True, 0)])
def test_a_consent_is_to_the_present_words(given: bool, version: int | None) -> None:
    """And a withdrawal to none."""
    who = new_id()
    with pytest.raises(ValueError, match="consent"):
        Word(
            party_id=who,
            purpose=PURPOSE,
            given=given,
            version=version,
            actor_id=who,
            representation_id=None,
            session_id=who,
        )


@pytest.mark.parametrize(("version", "counting"), [(2, {1}), (1, {1, 2}), (1, set())])
def test_the_present_words_count_and_none_are_to_come(version: int, counting: set[int]) -> None:
    """A register that says otherwise is refused when the program starts."""
    with pytest.raises(ValueError, match="present wording"):
        Terms(version=version, counting=frozenset(counting))


async def test_what_is_said_of_one_thing_says_nothing_of_another(unit_of_work: Open, party_id: UUID) -> None:
    """Of a purpose that is asked for one by one, each subject has a last word of its own."""
    one, other = new_id(), new_id()

    async def say_of(subject: UUID, *, given: bool) -> bool:
        said = replace(word(party_id, given=given), purpose=ConsentPurpose.REUSE, subject_id=subject)
        async with unit_of_work() as uow:
            new = await repository.say(uow, said, now=NOW)
            await uow.commit()
        return new

    async def stand() -> list[bool]:
        statement = f"SELECT {stands('%(party_id)s', subject='%(subject)s')}".encode()
        found = []
        async with unit_of_work() as uow:
            for subject in (one, other):
                given = {"party_id": party_id, "subject": subject} | asked(ConsentPurpose.REUSE)
                row: Any = await (await (await uow.driver()).execute(statement, given)).fetchone()
                found.append(row[0])
            assert await repository.latest(uow, party_id) == {}
        return found

    assert await say_of(one, given=True)
    assert await stand() == [True, False]
    assert not await say_of(other, given=False)
    assert await say_of(other, given=True)
    assert not await say_of(one, given=True)
    assert await say_of(one, given=False)
    assert await stand() == [False, True]
    async with unit_of_work() as uow:
        page = await repository.page(uow, party_id, after=None, limit=9)
    assert {(said.subject_id, said.given) for said in page} == {(one, True), (one, False), (other, True)}


@pytest.mark.parametrize(("purpose", "subject"), [(ConsentPurpose.REUSE, None), (PURPOSE, new_id())])
def test_a_word_names_its_subject_where_it_has_one(purpose: ConsentPurpose, subject: UUID | None) -> None:
    """Nobody lets every agency at everything by leaving something out."""
    with pytest.raises(ValueError, match="to one thing alone"):
        replace(word(new_id(), given=True), purpose=purpose, subject_id=subject)
