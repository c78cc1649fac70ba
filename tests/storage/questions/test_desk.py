"""Who may do what with a question, over every role and place; and in which order questions stand."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql

from storage.errors import NotFoundError
from storage.ids import new_id
from storage.officers import repository as officers
from storage.officers.desk import MODERATORS, READERS, WORKERS, Desk
from storage.officers.roles import Role
from storage.questions import moderating, opening, publishing, queue
from storage.questions.holding import hold
from storage.questions.kinds import Publication
from storage.questions.publishing import Entry
from storage.questions.queue import Pile
from storage.unit_of_work import UnitOfWork
from tests.storage.plans import walked
from tests.storage.questions import office
from tests.storage.questions.office import NOW, OpenUnit
from tests.storage.test_plans import numbered

Act = Callable[[UnitOfWork, UUID, UUID, UUID, UUID], Awaitable[bool]]


async def _listed(uow: UnitOfWork, me: UUID, question: UUID, _published: UUID, _agency: UUID) -> bool:
    desk = Desk(officer_id=me, roles=READERS)
    found = await queue.questions(uow, desk, Pile.WAITING, agency=None, after=None, limit=9)
    counts, asked = await queue.counts(uow, desk), await queue.agencies(uow, desk, limit=9)
    assert (counts.waiting, len(asked)) == (len(found), 1 if found else 0)
    return question in {one.id for one in found}


async def _opens(uow: UnitOfWork, me: UUID, question: UUID, _published: UUID, _agency: UUID) -> bool:
    return await _goes(opening.opened(uow, Desk(officer_id=me, roles=READERS), question))


async def _works(uow: UnitOfWork, me: UUID, question: UUID, _published: UUID, _agency: UUID) -> bool:
    return await _goes(hold(uow, Desk(officer_id=me, roles=WORKERS), question))


async def _moderates(uow: UnitOfWork, me: UUID, question: UUID, published: UUID, agency: UUID) -> bool:
    desk = Desk(officer_id=me, roles=MODERATORS)
    able = {
        await _goes(hold(uow, desk, question)),
        await _goes(publishing.question_of(uow, desk, published)),
        await _goes(moderating.one(uow, desk, published)),
        await publishing.may_publish(uow, desk, agency),
        published
        in {
            one.id
            for one in await moderating.published(
                uow, desk, words=None, only_stale=False, after=None, limit=9
            )
        },
    }
    (same,) = able
    return same


async def _goes(attempt: Awaitable[object]) -> bool:
    try:
        await attempt
    except NotFoundError:
        return False
    return True


ACTS: dict[Act, frozenset[Role]] = {
    _listed: frozenset({Role.VIEWER, Role.OFFICER, Role.SUPERVISOR}),
    _opens: frozenset({Role.VIEWER, Role.OFFICER, Role.SUPERVISOR}),
    _works: frozenset({Role.OFFICER, Role.SUPERVISOR}),
    _moderates: frozenset({Role.MODERATOR}),
}
PLACES = {"own": True, "above": True, "below": False, "foreign": False}


@pytest.mark.parametrize("where", PLACES)
async def test_a_role_reaches_what_lies_below_it(unit_of_work: OpenUnit, where: str) -> None:
    """Each role does its own part, for its agency and those below, while it counts and the officer may come."""
    above = await office.agency(unit_of_work, "H26")
    own = await office.agency(unit_of_work, "H26.1", parent=above)
    below = await office.agency(unit_of_work, "H26.1.1", parent=own)
    places = {"own": own, "above": above, "below": below, "foreign": await office.agency(unit_of_work, "H55")}
    question = await office.question(unit_of_work, await office.asker(unit_of_work), own, public=True)
    entry = Entry(id=new_id(), agency_id=own, question="Hỏi?", answer="Đáp.")
    async with unit_of_work() as uow:
        await publishing.put(uow, entry, by="test", now=NOW)
        await uow.commit()
    for role in (one for one in Role if one.of_an_agency):
        held = (role, places[where])
        me = await office.officer(unit_of_work, f"{role}@example.vn", held)
        late = await office.officer(unit_of_work, f"{role}-late@example.vn", held, ended=True)
        out = await office.officer(unit_of_work, f"{role}-out@example.vn", held)
        async with unit_of_work() as uow:
            await officers.set_enabled(uow, out, enabled=False)
            for act, roles in ACTS.items():
                for who, counts in ((me, True), (late, False), (out, False)):
                    may = counts and PLACES[where] and role in roles
                    assert await act(uow, who, question, entry.id, own) is may, (act, role, where)


async def test_what_an_agency_left_is_its_successors(unit_of_work: OpenUnit) -> None:
    """A role in an agency that has ended is worth nothing; one in its successor reaches its questions."""
    left = await office.agency(unit_of_work, "H26", valid_to=date(2025, 6, 30))
    heir = await office.agency(unit_of_work, "H27")
    question = await office.question(unit_of_work, await office.asker(unit_of_work), left)
    there = await office.officer(unit_of_work, "cu@example.vn", (Role.OFFICER, left))
    here = await office.officer(unit_of_work, "moi@example.vn", (Role.OFFICER, heir))
    async with unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE agency SET successor_id = %s WHERE id = %s", (heir, left))
        for act in (_listed, _opens, _works):
            assert await act(uow, here, question, question, left)
            assert not await act(uow, there, question, question, left)


@pytest.mark.parametrize("publication", Publication)
async def test_moderators_open_what_is_to_be_read(unit_of_work: OpenUnit, publication: Publication) -> None:
    """Of what they may be shown, that which waits or is published, and no other question."""
    own = await office.agency(unit_of_work, "H26")
    question = await office.question(unit_of_work, await office.asker(unit_of_work), own)
    me = await office.officer(unit_of_work, "m@example.vn", (Role.MODERATOR, own))
    desk = Desk(officer_id=me, roles=MODERATORS)
    shown = (Publication.PENDING, Publication.PUBLISHED)
    async with unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE question SET publication = %s", (publication.value,))
        opened = await _goes(opening.opened(uow, desk, question, publications=shown))
        pending = await moderating.pending(uow, desk, after=None, limit=9)
        assert await moderating.count_pending(uow, desk) == len(pending)
    assert opened is (publication in shown)
    assert bool(pending) is (publication is Publication.PENDING)


async def test_what_is_due_first_comes_first(unit_of_work: OpenUnit) -> None:
    """Overdue ones lead, page by page, each once; the filter takes an agency with those below it."""
    own = await office.agency(unit_of_work, "H26")
    below = await office.agency(unit_of_work, "H26.1", parent=own)
    me = await office.officer(unit_of_work, "binh@example.vn", (Role.OFFICER, own))
    desk, asker = Desk(officer_id=me, roles=READERS), await office.asker(unit_of_work)
    asked = {
        days: await office.question(
            unit_of_work, asker, below if days < 0 else own, due_at=NOW + timedelta(days=days)
        )
        for days in (3, -1, 0, -5, 8)
    }
    async with unit_of_work() as uow:
        found, after = [], None
        while page := await queue.questions(uow, desk, Pile.WAITING, agency=None, after=after, limit=2):
            found += [one.id for one in page]
            after = page[-1].place(Pile.WAITING)
        counts = await queue.counts(uow, desk)
        filtered = {
            code: len(await queue.questions(uow, desk, Pile.ALL, agency=code, after=None, limit=9))
            for code in ("H26", "H26.1", "H99")
        }
        everything = await queue.questions(uow, desk, Pile.ALL, agency=None, after=None, limit=9)
    assert found == [asked[days] for days in sorted(asked)]
    assert (counts.waiting, counts.overdue, counts.stale) == (5, 3 if datetime.now(UTC) > NOW else 2, 0)
    assert filtered == {"H26": 5, "H26.1": 2, "H99": 0}
    assert [one.text for one in everything] == [office.ASKED] * 5


async def test_an_erased_partys_questions_are_gone(unit_of_work: OpenUnit) -> None:
    """Without its key they are neither shown nor counted."""
    own = await office.agency(unit_of_work, "H26")
    me = await office.officer(unit_of_work, "binh@example.vn", (Role.OFFICER, own))
    question = await office.question(unit_of_work, await office.asker(unit_of_work), own)
    async with unit_of_work() as uow:
        await (await uow.driver()).execute("DELETE FROM party_key")
        assert not await _listed(uow, me, question, question, own)
        assert not await _opens(uow, me, question, question, own)


# A hundred agencies of which the officer has one, two hundred questions each, every one answered.
_FILL = """
INSERT INTO party (id, kind, number_index, number_sealed, locale)
SELECT gen_random_uuid(), 'person', n::text::bytea, '', 'vi' FROM generate_series(1, 2000) n;
INSERT INTO party_key (party_id, wrapped) SELECT id, '' FROM party;
INSERT INTO agency (id, code, name, lineage)
SELECT id, 'P' || n, '', ARRAY[id] FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, 100) n) g;
INSERT INTO question (id, party_id, author_ref, agency_id, text_sealed, state, publication, asked_at, due_at,
  closed_at)
SELECT gen_random_uuid(), p.id, '', a.id, '', CASE WHEN n > 9 THEN 'answered' ELSE 'asked' END,
  CASE WHEN n = 10 THEN 'pending' ELSE 'private' END, now() + n * interval '1 second', now(),
  CASE WHEN n > 9 THEN now() END
FROM (SELECT id, row_number() OVER () % 100 + 1 AS place FROM party) p
JOIN agency a ON a.code = 'P' || p.place, generate_series(1, 10) n;
INSERT INTO question_answer (id, question_id, officer_id, text_sealed, written_at)
SELECT gen_random_uuid(), q.id, o.id, '', now() FROM question q, officer o WHERE q.state = 'answered';
ANALYZE party, party_key, agency, question, question_answer;
"""
_PAGE = {"agency": None, "at": None, "id": None, "limit": 21}


@pytest.mark.usefixtures("new_files")
@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_no_read_goes_through_all(unit_of_work: OpenUnit, mode: str) -> None:
    """What one agency's officers ask for costs no more with all the others' questions."""
    me = await office.officer(unit_of_work, "binh@example.vn")
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_FILL)
        row: Any = await (await driver.execute("SELECT id, agency_id FROM question LIMIT 1")).fetchone()
        await officers.grant(uow, me, Role.OFFICER, agency_id=row[1], granted_by="test")
        await driver.execute(f"SET LOCAL plan_cache_mode = {mode}".encode())
        given = {"officer": me, "roles": ["officer"], **_PAGE}
        for query, fields in (
            (queue._WAITING, {}),
            (queue._ALL, {}),
            (queue._STALE, {}),
            (queue._COUNTS, {}),
            (queue._AGENCIES, {}),
            (moderating._COUNT, {}),
            (moderating._PENDING, {}),
            (opening._ONE, {"id": row[0], "publications": None}),
            (opening._ANSWERS, {"id": row[0]}),
        ):
            asked = {name: value for name, value in (given | fields).items() if f"%({name})s" in query}
            prepared, values = numbered(query, asked)
            await driver.execute(f"PREPARE read AS {prepared}".encode())
            call = sql.SQL("EXPLAIN EXECUTE read({})").format(sql.SQL(", ").join(map(sql.Literal, values)))
            lines: list[Any] = await (await driver.execute(call, prepare=False)).fetchall()
            await driver.execute("DEALLOCATE read")
            plan = "\n".join(line for (line,) in lines)
            few = {"agency", "officer", "officer_role", "party_key", "party"}
            assert set(await walked(driver, plan)) <= few, plan
