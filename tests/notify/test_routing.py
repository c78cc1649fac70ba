"""Who gets what, where."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify import routing
from notify.categories import ROUTES, Category, Route, Step
from notify.routing import plan, targets, wanted
from storage.contacts.models import ContactSource
from storage.ids import new_id
from storage.notifications.planning import DueNotification, KnownContact, Reach

NOW = datetime(2026, 9, 3, 9, tzinfo=UTC)
DOSSIERS = [UUID(int=n) for n in (1, 2, 3)]
CHANNELS = {"push", "email"}


def notice(category: str = Category.STATUS_CHANGE, **changes: object) -> DueNotification:
    """A notice that is due."""
    fields: dict[str, object] = {
        "id": new_id(),
        "party_id": new_id(),
        "agency_id": new_id(),
        "dossier_id": DOSSIERS[0],
        "category": category,
        "step": 0,
        "expires_at": NOW + timedelta(days=1),
    }
    return DueNotification(**fields | changes)  # type: ignore[arg-type]


def contact(kind: str = "email", dossier_id: UUID | None = None) -> KnownContact:
    """An address: verified, or supplied with a dossier."""
    source = ContactSource.AGENCY_SUPPLIED if dossier_id else ContactSource.VERIFIED
    return KnownContact(id=new_id(), kind=kind, source=source, dossier_id=dossier_id)


contacts = st.builds(contact, st.sampled_from(["email", "phone"]), st.none() | st.sampled_from(DOSSIERS))
preferences = st.dictionaries(st.tuples(st.sampled_from([c.value for c in Category]), st.sampled_from(sorted(CHANNELS))), st.booleans(), max_size=4)  # fmt: skip
reaches = st.builds(
    Reach,
    devices=st.lists(st.uuids(), max_size=3, unique=True),
    contacts=st.lists(contacts, max_size=5),
    preferences=preferences,
)
notices = st.builds(
    lambda category, dossier: notice(category.value, dossier_id=dossier),
    st.sampled_from(Category),
    st.none() | st.sampled_from(DOSSIERS),
)


@given(notices, reaches)
def test_an_address_serves_only_what_it_was_given_for(due: DueNotification, reach: Reach) -> None:
    """Of the addresses at most one is used: verified, or supplied with this very dossier; never a phone number."""
    found = targets(due, reach, "email")
    assert len(found) <= 1
    by_id = {known.id: known for known in reach.contacts}
    for contact_id in found:
        known = by_id[contact_id]
        assert known.kind == "email"
        if any(other.kind == "email" and other.source is ContactSource.VERIFIED for other in reach.contacts):
            assert known.source is ContactSource.VERIFIED
        else:
            assert due.dossier_id is not None
            assert known.dossier_id == due.dossier_id


@given(notices, reaches)
def test_whoever_can_be_reached_and_wants_it_is(due: DueNotification, reach: Reach) -> None:
    """The step's sends are exactly the targets of its channels; all phones get the push."""
    sends, _ = plan(due, reach, CHANNELS, NOW)
    assert sends == [
        (channel, target) for channel in ("push", "email") for target in targets(due, reach, channel)
    ]
    if wanted(due, reach, "push"):
        assert [target for channel, target in sends if channel == "push"] == reach.devices


def test_of_two_addresses_the_newer_is_used() -> None:
    """They come newest first."""
    newer, older = contact(), contact()
    assert targets(notice(), Reach(contacts=[newer, older]), "email") == [newer.id]
    newer, older = contact(dossier_id=DOSSIERS[0]), contact(dossier_id=DOSSIERS[0])
    assert targets(notice(), Reach(contacts=[newer, older]), "email") == [newer.id]


@pytest.mark.parametrize("category", list(Category))
def test_what_the_law_makes_us_say_can_not_be_turned_off(category: Category) -> None:
    """Turned off, an optional category is silent on that channel alone; any other is sent."""
    phone, address = new_id(), contact()
    reach = Reach(devices=[phone], contacts=[address], preferences={(category.value, "email"): False})
    sends, _ = plan(notice(category.value), reach, CHANNELS, NOW)
    everything = [("push", phone), ("email", address.id)]
    assert sends == (everything[:1] if ROUTES[category].optional else everything)
    assert ROUTES[category].optional == (category in {Category.STATUS_CHANGE, Category.RESULT_READY})


@given(notices, reaches, st.sets(st.sampled_from(["push", "email", "zalo"])))
def test_only_channels_that_are_set_up_are_used(
    due: DueNotification, reach: Reach, channels: set[str]
) -> None:
    """A house without a mail server plans no mail."""
    sends, _ = plan(due, reach, channels, NOW)
    assert {channel for channel, _ in sends} <= channels


@given(notices, reaches)
def test_what_expired_is_planned_no_more(due: DueNotification, reach: Reach) -> None:
    """Neither now nor later."""
    late = notice(due.category, expires_at=NOW)
    assert plan(late, reach, CHANNELS, NOW) == ([], None)


def test_a_cascade_goes_on_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step has its channels and its wait, and the last one leads nowhere."""
    steps = (
        Step(channels=("push",)),
        Step(channels=("email",), after=timedelta(hours=2)),
    )
    route = Route(lane=ROUTES[Category.REFUSED].lane, expiry=timedelta(days=1), steps=steps)
    monkeypatch.setitem(routing.ROUTES, Category.REFUSED, route)
    phone, address = new_id(), contact()
    reach = Reach(devices=[phone], contacts=[address])
    first = notice(Category.REFUSED)
    assert plan(first, reach, CHANNELS, NOW) == ([("push", phone)], NOW + timedelta(hours=2))
    second = notice(Category.REFUSED, step=1)
    assert plan(second, reach, CHANNELS, NOW) == ([("email", address.id)], None)


def test_a_category_of_a_newer_release_is_no_fault_of_ours() -> None:
    """It is told apart from errors of the program."""
    with pytest.raises(LookupError):
        plan(notice("rating_wanted"), Reach(), CHANNELS, NOW)


def test_every_category_has_a_route_that_can_work() -> None:
    """With at least one step, and time to go through all of them before it expires."""
    assert ROUTES.keys() == set(Category)
    for route in ROUTES.values():
        assert sum((step.after for step in route.steps), timedelta(0)) < route.expiry
        assert all(step.channels for step in route.steps)
        assert route.steps[0].after == timedelta(0)
