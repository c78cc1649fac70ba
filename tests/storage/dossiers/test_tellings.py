"""Which tellings of a dossier are of one fact."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.dossiers.statuses import DossierStatus
from storage.dossiers.tellings import identified, is_bare
from storage.dossiers.timeline import Fact, arrange, fold, natural_key

DAY_ONE = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
DUE = DAY_ONE + timedelta(days=5)
X, Y = "Một cửa", "Phòng chuyên môn"


def telling(number, step="", **fields):
    """Tell that a dossier was accepted on day one."""
    return Fact(id=UUID(int=number), status=DossierStatus.ACCEPTED, occurred_at=DAY_ONE, step=step, **fields)


# Mostly of few moments, and mostly bare where they have no step.
tellings = st.lists(
    st.builds(
        Fact,
        id=st.uuids(),
        status=st.sampled_from([DossierStatus.ACCEPTED, DossierStatus.IN_PROCESS]),
        occurred_at=st.sampled_from([DAY_ONE, DUE]),
        sequence=st.none() | st.none() | st.integers(0, 2),
        step=st.sampled_from(["", "", X, Y]),
        due_at=st.none() | st.none() | st.just(DUE),
        noted=st.sampled_from([False, False, True]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda fact: fact.id,
)


def kept(known, told):
    """Return what is kept of a dossier after something is told of it."""
    before, same = identified(known, told)
    assert [fact.id for fact in before] == [fact.id for fact in known]
    return arrange([*before, *same])


def without_ids(facts):
    """Leave out what is drawn by lot."""
    return [replace(fact, id=UUID(int=0)) for fact in facts]


def by_the_rule(told):
    """Say what remains of tellings, in other words: by asking of each key what all of it told."""
    keys = {natural_key(fact) for fact in told}
    dates = {key for key in keys if all(is_bare(fact) for fact in told if natural_key(fact) == key)}
    return {key for key in keys if key not in dates or sum(key[:2] == other[:2] for other in keys) == 1}


@given(tellings, st.data())
def test_what_is_kept_depends_on_what_was_told_alone(told, data):
    """In any order, at once or split anyhow, and again: the same facts with the same of each."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(told)))))
    arriving = data.draw(st.permutations(told))
    known = []
    for start, end in zip([0, *cuts], [*cuts, len(told)], strict=True):
        known = kept(known, arriving[start:end])
    assert without_ids(known) == without_ids(kept([], told))
    assert {natural_key(fact) for fact in known} == by_the_rule(told)
    again = kept(known, [replace(fact, id=UUID(int=fact.id.int ^ 1)) for fact in told])
    assert again == known


@given(tellings, tellings)
def test_nothing_that_is_kept_is_lost(first, then):
    """Whatever is told afterwards: each row that there was is there, and says what it said or more."""
    before = kept([], first)
    after = {fact.id: fact for fact in kept(before, then)}
    for fact in before:
        now = after[fact.id]
        assert (now.status, now.occurred_at) == (fact.status, fact.occurred_at)
        assert now.step == fact.step or is_bare(fact)
        assert now.noted >= fact.noted


@given(tellings)
def test_a_date_moves_nothing_that_is_reckoned(told):
    """With a bare telling of each moment beside what was told, a dossier has the same status, waits and times."""
    bare = [Fact(id=UUID(int=n), status=f.status, occurred_at=f.occurred_at) for n, f in enumerate(told)]
    with_dates, without = fold(kept([], [*bare, *told])), fold(kept([], told))
    anonymous = {"current": without.current, "contradictions": frozenset()}
    assert natural_key(with_dates.current) == natural_key(without.current)
    assert replace(with_dates, **anonymous) == replace(without, **anonymous)


@pytest.mark.parametrize(
    ("known", "told", "remains"),
    [
        ([telling(1, X)], [telling(2)], [(1, X)]),
        ([telling(1)], [telling(2, X)], [(1, X)]),
        ([telling(1)], [telling(2, X, due_at=DUE)], [(1, X)]),
        ([], [telling(1), telling(2, X)], [(2, X)]),
        ([], [telling(1, X), telling(2)], [(1, X)]),
        ([telling(1)], [telling(2, Y), telling(3, X)], [(1, X), (2, Y)]),
        ([telling(1, Y)], [telling(2), telling(3, X)], [(3, X), (1, Y)]),
        ([telling(1, noted=True)], [telling(2, X)], [(1, ""), (2, X)]),
        ([telling(1, due_at=DUE)], [telling(2, X)], [(1, ""), (2, X)]),
        ([telling(1, sequence=0)], [telling(2, X, sequence=0)], [(1, ""), (2, X)]),
        ([telling(1)], [telling(2, X), telling(3, noted=True)], [(1, ""), (2, X)]),
        ([telling(1, X)], [telling(2, due_at=DUE)], [(2, ""), (1, X)]),
        ([telling(1)], [telling(2)], [(1, "")]),
    ],
)
def test_a_date_is_of_what_else_happened_then(known, told, remains):
    """It takes a step that is told, or is that of one; with a note, a due time or a sequence it stands by itself."""
    assert [(fact.id.int, fact.step) for fact in kept(known, told)] == remains


def test_another_status_or_another_moment_is_something_else():
    """One instant may bring two statuses, and one status two instants."""
    later = replace(telling(2, X), occurred_at=DUE)
    other = replace(telling(3, Y), status=DossierStatus.IN_PROCESS)
    assert len(kept([telling(1)], [later, other])) == 3


def test_rows_from_before_dates_were_told_stay():
    """Both were shown to people: neither is taken away, and a date told again is the one that it was."""
    rows = [telling(1), telling(2, X)]
    assert identified(rows, [telling(3), telling(4, X)]) == (rows, rows)
    assert kept(rows, [telling(3, Y)]) == [*rows, telling(3, Y)]
