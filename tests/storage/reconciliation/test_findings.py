"""What comes of findings, whatever was kept before: a property of the rule, and its corners."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from storage.ids import new_id
from storage.reconciliation.findings import PATIENCE, Difference, Finding, changes
from storage.reconciliation.kinds import LIVE, Action, DifferenceKind, DifferenceState, Field, Rule

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PLACES = [
    (DifferenceKind.MISSING_HERE, None),
    (DifferenceKind.MISSING_THERE, None),
    *((DifferenceKind.FIELD_DIFFERS, field) for field in Field),
]
SAYINGS = st.sampled_from([None, "one", "other"])


def finding(place=PLACES[2], action=Action.PERSON, theirs="one"):
    kind, field = place
    return Finding(kind=kind, field=field, theirs=theirs, rule=Rule.DUE, action=action)


@st.composite
def some_findings(draw):
    places = draw(st.lists(st.sampled_from(PLACES), unique=True))
    return [finding(place, draw(st.sampled_from(Action)), draw(SAYINGS)) for place in places]


@st.composite
def some_kept(draw):
    live = draw(st.lists(st.sampled_from(PLACES), unique=True))
    settled = draw(st.lists(st.sampled_from(PLACES)))
    return [
        kept(place, state, draw(SAYINGS), draw(st.sampled_from([None, NOW, NOW - PATIENCE])))
        for places, states in ((live, LIVE), (settled, [DifferenceState.SETTLED]))
        for place in places
        for state in [draw(st.sampled_from(states))]
    ]


def kept(place=PLACES[2], state=DifferenceState.LEFT, theirs="one", repair_at=None, action=Action.PERSON):
    kind, field = place
    return Difference(
        id=new_id(),
        kind=kind,
        field=field or "",
        ours=None,
        theirs=theirs,
        action=action,
        state=state,
        repair_at=repair_at,
    )


def come(before, found, **given):
    return list(changes(before, found, NOW, **given))


@given(before=some_kept(), found=some_findings(), tried=st.booleans())
def test_each_finding_is_kept_once_and_what_is_not_found_any_more_ends(before, found, tried):
    """No difference is lost, none is doubled, and nothing that a person settled is touched but to be seen."""
    after = come(before, found, tried=tried)
    assert [one.finding for one in after if one.finding] == found
    live = {one.id for one in before if one.state in LIVE}
    places = {one.place for one in found}
    ended = {one.id for one in after if one.finding is None}
    assert ended == {one.id for one in before if one.id in live and one.place not in places}
    ids = [one.id for one in after if one.id]
    assert len(ids) == len(set(ids))
    for one in after:
        if one.begins:
            assert one.state is DifferenceState.OPEN
            assert one.finding.action is not Action.PERSON
            assert not (tried and one.finding.action is Action.PULL)
        if one.state is DifferenceState.OPEN:
            assert one.finding.action is not Action.PERSON


def test_what_a_person_settled_is_not_brought_up_again():
    """As long as both say the same; else it is another difference."""
    before = [kept(state=DifferenceState.SETTLED)]
    assert [one.state for one in come(before, [finding()])] == [DifferenceState.SETTLED]
    (other,) = come(before, [finding(theirs="other")])
    assert (other.id, other.state) == (None, DifferenceState.LEFT)


def test_a_repair_that_did_nothing_is_not_begun_again_until_something_changes():
    """A pull that was tried, and a report that had its time, are left for a person."""
    pull, report = finding(action=Action.PULL), finding(action=Action.REPORT)
    begun = kept(state=DifferenceState.OPEN, repair_at=NOW, action=Action.PULL)
    assert [(one.state, one.begins) for one in come([begun], [pull], tried=True)] == [("left", False)]
    assert [(one.state, one.begins) for one in come([begun], [pull])] == [("open", True)]
    assert [one.state for one in come([begun], [report])] == ["open"]
    late = kept(state=DifferenceState.OPEN, repair_at=NOW - PATIENCE - timedelta(seconds=1))
    assert [one.state for one in come([late], [report])] == ["left"]
    left = kept(state=DifferenceState.LEFT, repair_at=NOW - PATIENCE)
    assert [(one.state, one.begins) for one in come([left], [pull])] == [("left", False)]
    again = come([left], [finding(action=Action.PULL, theirs="other")])
    assert [(one.state, one.begins) for one in again] == [("open", True)]


def test_what_ended_was_repaired_only_if_somebody_here_repaired_it():
    """Otherwise it is gone."""
    ended = come([kept(repair_at=NOW), kept(PLACES[0])], [])
    assert [one.state for one in ended] == [DifferenceState.REPAIRED, DifferenceState.GONE]
