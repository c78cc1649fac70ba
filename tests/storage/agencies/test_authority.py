"""Who may speak for an agency, against the rule as it is told, on trees drawn at random."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.agencies.authority import AuthorityBook, speakers, spoken_for
from storage.agencies.models import Agency
from storage.agencies.repository import Term, circular, set_terms
from storage.dossiers.working_days import VIETNAM
from storage.ids import new_id

Tree = dict[UUID, Agency]


def today() -> date:
    return datetime.now(VIETNAM).date()


@st.composite
def trees(draw) -> Tree:
    """Some agencies, each below one before it or on top; some ended, some yet to begin, some with heirs.

    Heirs come later in a random order, so that no chain of them goes round.
    """
    size = draw(st.integers(1, 12))
    rows: list[Agency] = []
    for place in range(size):
        parent = draw(st.sampled_from([None, *rows]))
        agency_id = new_id()
        first, last = draw(
            st.sampled_from(
                [(None, None), (None, None), (-9, None), (None, 0), (0, 9), (None, -1), (-9, -1), (1, None)]
            )
        )
        rows.append(
            Agency(
                id=agency_id,
                code=f"T{place}",
                name=f"{place}",
                parent_id=parent and parent.id,
                lineage=[*(parent.lineage if parent else []), agency_id],
                valid_from=None if first is None else today() + timedelta(days=first),
                valid_to=None if last is None else today() + timedelta(days=last),
            )
        )
    line = draw(st.permutations(rows))
    for place, row in enumerate(line):
        heir = draw(st.sampled_from([None, *line[place + 1 :]]))
        row.successor_id = heir and heir.id
    return {row.id: row for row in rows}


def ended(agency: Agency) -> bool:
    return agency.valid_to is not None and agency.valid_to < today()


def in_force(agency: Agency) -> bool:
    return not ended(agency) and (agency.valid_from is None or agency.valid_from <= today())


def told(tree: Tree, agency: Agency, seen: frozenset[UUID] = frozenset()) -> set[UUID]:
    """Who speaks, word by word as `storage.agencies.authority` says it."""
    if agency.id in seen or not (in_force(agency) or ended(agency)):
        return set()
    seen |= {agency.id}
    line = [tree[one] for one in agency.lineage] if in_force(agency) else [agency]
    found = {one.id for one in line if in_force(one)}
    for gone in line:
        if ended(gone) and gone.successor_id:
            found |= told(tree, tree[gone.successor_id], seen)
    return found


async def keep(uow, tree: Tree) -> None:
    heirs = {row.id: row.successor_id for row in tree.values()}
    driver = await uow.driver()
    for row in tree.values():
        await driver.execute(
            "INSERT INTO agency (id, code, name, parent_id, lineage, valid_from, valid_to) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (row.id, row.code, row.name, row.parent_id, row.lineage, row.valid_from, row.valid_to),
        )
    for agency_id, heir in heirs.items():
        await driver.execute("UPDATE agency SET successor_id = %s WHERE id = %s", (heir, agency_id))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees())
async def test_the_rule(unit_of_work, tree: Tree):
    """The database and the rule name the same speakers for every agency, both ways; none is out of force."""
    async with unit_of_work() as uow:  # never committed
        await keep(uow, tree)
        driver = await uow.driver()
        rows = await driver.execute(f"SELECT a.id, {speakers('a.id')} FROM agency a")
        found = {agency_id: set(by) for agency_id, by in await rows.fetchall()}
        rows = await driver.execute(f"SELECT a.id, {spoken_for('a.id')} FROM agency a")
        backwards = {agency_id: set(of) for agency_id, of in await rows.fetchall()}
    assert found == {agency_id: told(tree, row) for agency_id, row in tree.items()}
    assert backwards == {one: {other for other, by in found.items() if one in by} for one in tree}
    assert all(in_force(tree[one]) for by in found.values() for one in by)


@pytest.fixture
async def merged(unit_of_work):
    """Ward 1 and ward 2 of the old province became ward 3 of the new one; ward 4 kept its place on paper."""
    yesterday = today() - timedelta(days=1)
    ids = {code: new_id() for code in ("OLD", "NEW", "OLD.1", "OLD.2", "NEW.3", "OLD.4")}
    above = {"OLD.1": "OLD", "OLD.2": "OLD", "NEW.3": "NEW", "OLD.4": "OLD"}
    tree = {
        ids[code]: Agency(
            id=ids[code],
            code=code,
            name=code,
            parent_id=ids.get(above.get(code)),
            lineage=[ids[above[code]], ids[code]] if code in above else [ids[code]],
        )
        for code in ids
    }
    async with unit_of_work() as uow:
        await keep(uow, tree)
        gone = {"OLD": "NEW", "OLD.1": "OLD.2", "OLD.2": "NEW.3"}
        await set_terms(uow, [Term(code=a, valid_to=yesterday, successor=b) for a, b in gone.items()])
        await uow.commit()
    return ids


async def test_a_merger(merged, reading):
    """What was merged twice is its last heir's, and a ward left below an ended province is the new one's."""
    async with reading() as read:
        found = await AuthorityBook().speakers(read, merged.values())
    names = {agency_id: code for code, agency_id in merged.items()}
    assert {names[one]: {names[by] for by in speaking} for one, speaking in found.items()} == {
        "OLD": {"NEW"},
        "OLD.1": {"NEW", "NEW.3"},
        "OLD.2": {"NEW", "NEW.3"},
        "NEW": {"NEW"},
        "NEW.3": {"NEW", "NEW.3"},
        "OLD.4": {"NEW", "OLD.4"},
    }


async def test_a_change_counts_within_seconds(merged, unit_of_work):
    """A process asks again after its answers' life, and asks for those alone that it does not have."""
    seconds = 0.0
    book = AuthorityBook(now=lambda: seconds)
    ward = merged["OLD.4"]
    async with unit_of_work() as uow:
        assert ward in (await book.speakers(uow, [ward]))[ward]
        await set_terms(uow, [Term(code="OLD.4", valid_to=date(2020, 1, 1))])
        found = await book.speakers(uow, merged.values())
        assert (ward in found[ward], len(found)) == (True, len(merged))
        seconds = 5.0
        assert (await book.speakers(uow, [ward]))[ward] == frozenset()


async def test_circles_are_seen(merged, unit_of_work):
    """A chain of successors that comes back is told from a long one, wherever it is entered."""
    async with unit_of_work() as uow:
        assert await circular(uow, merged) == frozenset()
        await set_terms(uow, [Term(code="NEW.3", valid_to=today(), successor="OLD.1")])
        assert await circular(uow, merged) == {"OLD.1", "OLD.2", "NEW.3"}
        assert await circular(uow, ["OLD", "OLD.4"]) == frozenset()
        await set_terms(uow, [Term(code="NEW", valid_to=today(), successor="NEW")])
        assert await circular(uow, ["OLD"]) == {"OLD"}
