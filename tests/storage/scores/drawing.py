"""Dossiers, counts and trees of agencies drawn at random."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from storage.dossiers.statuses import DossierStatus
from storage.dossiers.timeline import Fact
from storage.scores.grouping import Tree
from storage.scores.points import Counts

MONTHS_END = datetime(2026, 9, 28, 2, tzinfo=UTC)
"""Near the end of a month, so that dossiers drawn from here on end on both sides of it."""

times = st.integers(0, 12).map(lambda place: MONTHS_END + timedelta(hours=place * 7))
facts = st.lists(
    st.builds(
        Fact,
        id=st.uuids(),
        status=st.sampled_from(DossierStatus),
        occurred_at=times,
        sequence=st.none() | st.integers(0, 5),
        step=st.sampled_from(["", "one"]),
        due_at=st.none() | times,
    ),
    min_size=1,
    max_size=9,
    unique_by=lambda fact: fact.id,
)


@st.composite
def counts(draw, most: int = 12) -> Counts:
    """Counts of a small agency's month."""
    ended = draw(st.integers(0, most))
    pairs = [(draw(st.integers(0, ended)), draw(st.randoms(use_true_random=False))) for _ in range(3)]
    (judged, a), (channelled, b), (granted, c) = pairs
    return Counts(
        ended=ended,
        judged=judged,
        on_time=a.randint(0, judged),
        channelled=channelled,
        online=b.randint(0, channelled),
        granted=granted,
        digitised=c.randint(0, granted),
        complained=draw(st.integers(0, min(3, ended))),
        disliked=draw(st.integers(0, 3)),
    )


@st.composite
def trees(draw) -> Tree:
    """Up to 14 agencies, each below one before it or on top."""
    parents: dict[UUID, UUID | None] = {}
    for number in range(draw(st.integers(0, 14))):
        parents[UUID(int=number + 1)] = draw(st.sampled_from([None, *parents]))
    return Tree(parents=parents)
