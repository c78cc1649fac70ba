"""Imports of any order, in any parts, repeated: what they leave is the same, and what was stays."""

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.cipher import Cipher
from storage.engine import Engine
from storage.procedures import repository as procedures
from storage.procedures.comparing import Standing, compare, content_hash, digest
from storage.procedures.formats.files import read_file
from storage.procedures.record import Procedure
from storage.procedures.versions import versions
from storage.unit_of_work import Reading, UnitOfWork
from storage.units.files import read_files
from storage.units.gazetteer import Gazetteer
from storage.units.provincial import with_province
from storage.units.record import Units

REAL = Path(__file__).parents[4] / "shared/data"
IN_ALL = 5_738
PATIENCE = 60.0
"""Seconds within which the whole catalogue is in on a busy machine; a quiet one needs a fifth of it."""

numbers = st.integers(0, 9)
hashes = st.sampled_from([b"a", b"b", b"c"])
catalogues = st.dictionaries(numbers.map(str), hashes, max_size=8)


def entry(number: int, name: str) -> Procedure:
    """Make a procedure."""
    return Procedure(code=f"1.{number:06d}", name=name)


def parted(given: Sequence[Procedure], cuts: Sequence[int]) -> list[list[Procedure]]:
    """Cut a catalogue into parts."""
    places = sorted({0, *(cut % (len(given) + 1) for cut in cuts), len(given)})
    return [list(given[start:end]) for start, end in pairwise(places)]


@given(catalogues, catalogues, st.booleans())
def test_what_is_compared_leads_from_one_to_the_other(
    before: dict[str, bytes], after: dict[str, bytes], whole: bool
):
    """Applied to what was there, a difference leaves what was given, and a second one is none."""
    kept = {code: Standing(found, False) for code, found in before.items()}
    found = compare(kept, after, whole=whole)
    state = {code: known for code, known in before.items() if code not in found.removed}
    state |= {code: after[code] for code in (*found.added, *found.changed)}
    assert state == (after if whole else before | after)
    again = {code: Standing(known, False) for code, known in state.items()}
    assert not compare(again, after, whole=whole)
    assert not {*found.added} & {*before}


@given(catalogues)
def test_what_was_removed_comes_back_as_new(given: dict[str, bytes]):
    """However it was, and though it be the same as before."""
    kept = {code: Standing(found, True) for code, found in given.items()}
    found = compare(kept, given, whole=True)
    assert (set(found.added), found.changed, found.removed) == (set(given), (), ())


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=5), st.randoms())
def test_a_hash_is_of_the_content(record: dict[str, object], random):
    """The order of keys does not count, anything else does."""
    shuffled = list(record.items())
    random.shuffle(shuffled)
    assert content_hash(dict(shuffled)) == content_hash(record)
    assert content_hash({**record, "more": 1}) != content_hash(record)
    assert digest({"a": b"1", "b": b"2"}) == digest({"b": b"2", "a": b"1"}) != digest({"a": b"2", "b": b"1"})


async def empty(uow: UnitOfWork) -> None:
    """Empty the catalogue within a unit that is given up after."""
    await (await uow.driver()).execute("TRUNCATE procedure, catalogue_version, procedure_revision CASCADE")


async def everything(uow: UnitOfWork) -> list[Procedure]:
    """Return the catalogue as it stands."""
    return [procedure async for procedure, _ in procedures.all_procedures(uow)]


async def revisions(uow: UnitOfWork) -> dict[tuple[str, int], str]:
    """Return all that was ever written."""
    cursor = await (await uow.driver()).execute("SELECT code, version, record::text FROM procedure_revision")
    return {(str(code), int(str(number))): str(record) for code, number, record in await cursor.fetchall()}


@pytest.fixture(scope="session")
def session_units(shared_engine: Engine, cipher: Cipher) -> Callable[[], UnitOfWork]:
    """Open units that are never committed: many examples, one database."""
    return lambda: UnitOfWork(shared_engine, cipher)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(numbers, unique=True, min_size=1),
    st.lists(st.integers(0, 30), max_size=4),
    st.permutations(range(5)),
)
async def test_any_order_and_any_parts_give_one_catalogue(
    session_units: Callable[[], UnitOfWork], codes: list[int], cuts: list[int], order: Sequence[int]
):
    """Parts of one file, in any order and some twice, leave what the whole file leaves, down to the digest."""
    whole = [entry(number, "Thủ tục") for number in codes]
    seen = []
    parts = parted(whole, cuts)
    shuffled = [parts[place] for place in order if place < len(parts)]
    for imports in ([whole], parts, [*shuffled, *parts[:2]]):
        async with session_units() as uow:
            await empty(uow)
            for part in imports:
                await procedures.put(uow, part, author="an", source="x", whole=False)
            (newest, *_) = await versions(uow)
            seen.append((await everything(uow), newest.digest, newest.total))
    assert seen[0] == seen[1] == seen[2]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.dictionaries(numbers, st.sampled_from(["A", "B"]), max_size=6), st.booleans()),
        max_size=6,
    )
)
async def test_what_was_written_stays(
    session_units: Callable[[], UnitOfWork], imports: list[tuple[dict[int, str], bool]]
):
    """After any imports, every version is still what it was when it was made; the same again makes none."""
    async with session_units() as uow:
        await empty(uow)
        written: dict[tuple[str, int], str] = {}
        was: dict[int, dict[str, str]] = {}
        for names, whole in imports:
            given = [entry(number, name) for number, name in names.items()]
            for _ in range(2):
                outcome = await procedures.put(uow, given, author="an", source="x", whole=whole, shrink=True)
                now = {one.code: one.name for one in await everything(uow)}
                assert was.setdefault(outcome.version, now) == now
                assert outcome.total == len(now)
            found = await revisions(uow)
            assert found.items() >= written.items()
            written = found
        for number, state in was.items():
            for code in (f"1.{one:06d}" for one in range(10)):
                kept = await procedures.get(uow, code, number)
                there = kept is not None and kept.removed_in is None
                assert there == (code in state)
                assert not there or kept.procedure.name == state[code]


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no real catalogue at {REAL}")
async def test_the_real_catalogue(unit_of_work: Callable[[], UnitOfWork], reading: Callable[[], Reading]):
    """All of it comes in within a minute, nothing is lost, and the same again changes nothing."""
    begun = time.monotonic()
    gazetteer = Gazetteer(read_files([REAL / "units"], Units()))
    found = read_file(
        REAL / "procedures.jsonl.gz", amended=lambda procedure: with_province(procedure, gazetteer)
    )
    given = found.procedures
    for added in (IN_ALL, 0):
        async with unit_of_work() as uow:
            outcome = await procedures.put(uow, given, author="an", source="real", whole=True)
            await uow.commit()
        assert (len(outcome.difference.added), outcome.total, outcome.version) == (added, IN_ALL, 1)
        assert time.monotonic() - begun < PATIENCE
        begun = time.monotonic()
    async with reading() as read:
        kept = [procedure async for procedure, _ in procedures.all_procedures(read)]
    assert sorted(kept, key=lambda one: one.code) == sorted(given, key=lambda one: one.code)
    assert {one.code for one in kept} >= {"1.0133611", "1.014955-XOA", "2.009182739"}
    own = [one for one in kept if (one.promulgating_agency or "").startswith("UBND")]
    assert len(own) > 800
    assert all(one.province in gazetteer.provinces for one in own)
    assert found.applied["catalogue_fields_only"] == 17
    assert found.applied["time_unit_unknown"] == 963
