"""Who gets what, where, when and why."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.addressing import Send, Why
from notify.categories import Category, Lane
from notify.ports import AddressKind
from notify.routes import DEFAULTS, Hours, Route, Routing, Step
from notify.routing import Plan, Router, Verdict
from storage.contacts.models import ContactSource
from storage.ids import new_id
from storage.notifications.planning import DueNotification, KnownContact, Reach, Sent, SentState

NOON = datetime(2026, 9, 3, 5, tzinfo=UTC)
"""12:00 in Vietnam."""
MIDNIGHT = datetime(2026, 9, 3, 17, tzinfo=UTC)
DOSSIERS = [UUID(int=n) for n in (1, 2, 3)]
CHANNELS = {
    "push": AddressKind.DEVICE,
    "email": AddressKind.EMAIL,
    "zalo": AddressKind.PHONE,
    "sms": AddressKind.PHONE,
}
OPTIONAL = [category for category, route in DEFAULTS.routes.items() if route.optional and not route.consent]


def router(routing: Routing = DEFAULTS, channels: Mapping[str, AddressKind] = CHANNELS) -> Router:
    """The routing that ships, on all channels."""
    return Router(routing=routing, channels=channels)


def routed(category: Category, **changes: object) -> Router:
    """The routing that ships, with one route changed."""
    route = DEFAULTS.routes[category].model_copy(update=changes)
    return router(DEFAULTS.model_copy(update={"routes": {**DEFAULTS.routes, category: route}}))


def notice(category: str = Category.STATUS_CHANGE, **changes: object) -> DueNotification:
    """A notice that is due."""
    fields: dict[str, object] = {
        "id": new_id(),
        "party_id": new_id(),
        "agency_id": new_id(),
        "dossier_id": DOSSIERS[0],
        "category": category,
        "step": 0,
        "created_at": NOON,
        "due_at": NOON,
    }
    return DueNotification(**fields | changes)  # type: ignore[arg-type]


def contact(kind: str = "email", dossier_id: UUID | None = None, *shut: str) -> KnownContact:
    """An address: verified, or supplied with a dossier; shut to some channels."""
    source = ContactSource.AGENCY_SUPPLIED if dossier_id else ContactSource.VERIFIED
    return KnownContact(
        id=new_id(), kind=kind, source=source, dossier_id=dossier_id, suppressed=frozenset(shut)
    )


def on(plan: Plan, channel: str) -> list[UUID]:
    """The addresses of a plan on one channel."""
    return [send.target_id for send in plan.sends if send.channel == channel]


def sent(
    due: DueNotification, *told: tuple[str, UUID, SentState], ago: timedelta = timedelta(minutes=30)
) -> dict[UUID, list[Sent]]:
    """What came of earlier steps."""
    return {
        due.id: [Sent(channel=c, target_id=t, state=s, at=NOON - ago, step=due.step - 1) for c, t, s in told]
    }


contacts = st.builds(contact, st.sampled_from(["email", "phone"]), st.none() | st.sampled_from(DOSSIERS))
preferences = st.dictionaries(
    st.tuples(st.sampled_from([c.value for c in Category]), st.sampled_from(sorted(CHANNELS))),
    st.booleans(),
    max_size=4,
)
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
times = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds it


@given(notices, reaches)
def test_an_address_serves_only_what_it_was_given_for(due: DueNotification, reach: Reach) -> None:
    """Of the addresses at most one is used on a channel: proved, or supplied with this very dossier."""
    plan = router().plan(due, reach, NOON)
    by_id = {known.id: known for known in reach.contacts}
    for channel in ("email", "zalo", "sms"):
        found = on(plan, channel)
        assert len(found) <= 1
        for contact_id in found:
            known = by_id[contact_id]
            assert known.kind == CHANNELS[channel].value
            if any(one.kind == known.kind and one.source is ContactSource.VERIFIED for one in by_id.values()):
                assert known.source is ContactSource.VERIFIED
            else:
                assert due.dossier_id is not None
                assert known.dossier_id == due.dossier_id


@given(notices, reaches, st.sets(st.sampled_from(sorted(CHANNELS))))
def test_a_channel_is_used_or_it_is_said_why_not(
    due: DueNotification, reach: Reach, set_up: set[str]
) -> None:
    """Up to the step that reaches somebody, no channel of the route is left without a word."""
    plan = router(channels={name: CHANNELS[name] for name in set_up}).plan(due, reach, NOON)
    used = {send.channel for send in plan.sends}
    assert used <= set_up
    spoken_of = used | {channel for channel, _ in plan.passed}
    steps = DEFAULTS.route_of(due.category).steps[: plan.step]
    assert spoken_of == {channel for step in steps for channel in step.channels}
    assert (plan.verdict is Verdict.SENT) == bool(plan.sends)


def test_all_phones_get_the_push() -> None:
    """Whichever of them is at hand."""
    phones = [new_id(), new_id()]
    assert on(router().plan(notice(), Reach(devices=phones), NOON), "push") == phones


def test_of_two_addresses_the_newer_is_used() -> None:
    """They come newest first; one that the channel can not reach is passed over."""
    newer, older = contact(), contact()
    assert on(router().plan(notice(), Reach(contacts=[newer, older]), NOON), "email") == [newer.id]
    shut = contact("email", None, "email")
    assert on(router().plan(notice(), Reach(contacts=[shut, older]), NOON), "email") == [older.id]
    plan = router().plan(notice(), Reach(contacts=[shut]), NOON)
    assert ("email", Why.SUPPRESSED) in plan.passed


@pytest.mark.parametrize("category", list(Category))
def test_what_the_law_makes_us_say_can_not_be_turned_off(category: Category) -> None:
    """Turned off, an optional category is silent on that channel alone; any other is sent."""
    phone, address = new_id(), contact()
    said = {(category.value, "push"): False}
    plan = router().plan(notice(category), Reach(devices=[phone], contacts=[address], preferences=said), NOON)
    if DEFAULTS.routes[category].optional:
        assert on(plan, "push") == []
        assert ("push", Why.TURNED_OFF) in plan.passed
    elif "push" in DEFAULTS.routes[category].steps[0].channels:
        assert on(plan, "push") == [phone]


def test_what_needs_consent_is_sent_to_those_who_gave_it() -> None:
    """Silence is none."""
    asking = routed(Category.RATING_REQUEST, consent=True)
    due, phone = notice(Category.RATING_REQUEST), new_id()
    assert ("push", Why.NO_CONSENT) in asking.plan(due, Reach(devices=[phone]), NOON).passed
    agreed = Reach(devices=[phone], preferences={("rating_request", "push"): True})
    assert on(asking.plan(due, agreed, NOON), "push") == [phone]


def test_a_code_goes_to_the_address_that_is_to_be_proved() -> None:
    """To no other one, proved or not, and to no phone's app."""
    pending = KnownContact(id=new_id(), kind="email", source=ContactSource.PENDING, dossier_id=None)
    reach = Reach(devices=[new_id()], contacts=[contact(), pending, contact("phone")])
    plan = router().plan(notice(Category.OTP, target_id=pending.id, dossier_id=None), reach, NOON)
    assert plan.sends == (Send(channel="email", target_id=pending.id),)
    assert on(router().plan(notice(), Reach(contacts=[pending]), NOON), "email") == []


def test_a_code_goes_to_an_address_that_was_given_up_for_dead() -> None:
    """Its owner has just said that it works."""
    pending = KnownContact(
        id=new_id(),
        kind="email",
        source=ContactSource.PENDING,
        dossier_id=None,
        suppressed=frozenset({"email"}),
    )
    plan = router().plan(notice(Category.OTP, target_id=pending.id), Reach(contacts=[pending]), NOON)
    assert on(plan, "email") == [pending.id]


def test_a_step_without_anybody_is_gone_through_at_once() -> None:
    """Whoever has but a phone number gets its message now, and not after the waits of others."""
    number = contact("phone", DOSSIERS[0])
    plan = router().plan(notice(Category.SUPPLEMENT_REQUIRED), Reach(contacts=[number]), NOON)
    assert plan.sends == (Send(channel="zalo", target_id=number.id),)
    assert (plan.step, plan.plan_at) == (2, NOON + timedelta(minutes=30))


def test_what_cannot_be_sent_at_all_ends() -> None:
    """It is in the app."""
    plan = router().plan(notice(), Reach(), NOON)
    assert (plan.verdict, plan.plan_at) == (Verdict.EXHAUSTED, None)
    assert set(plan.passed) == {(channel, Why.NO_ADDRESS) for channel in ("push", "email", "zalo")}


@pytest.mark.parametrize(
    ("category", "confirms", "goes_on"),
    [
        (Category.RESULT_READY, False, False),
        (Category.RESULT_READY, True, True),
        (Category.SUPPLEMENT_REQUIRED, False, True),
        (Category.SUPPLEMENT_REQUIRED, True, True),
    ],
)
def test_a_cascade_goes_on_where_nobody_knows_that_it_arrived(
    category: Category, confirms: bool, goes_on: bool
) -> None:
    """A push counts as sent, but for phones that confirm what they get, and for what is critical."""
    phone, number = new_id(), contact("phone")
    reach = Reach(devices=[phone], contacts=[number], confirming={phone} if confirms else set())
    first = router().plan(notice(category), reach, NOON)
    assert first.plan_at is not None
    due = notice(category, step=first.step)
    reach.sent = sent(due, ("push", phone, SentState.ACCEPTED))
    second = router().plan(due, reach, first.plan_at)
    assert (on(second, "zalo") == [number.id]) == goes_on
    assert (second.verdict is Verdict.REACHED) != goes_on


@pytest.mark.parametrize("category", [Category.RESULT_READY, Category.SUPPLEMENT_REQUIRED])
def test_a_confirmation_stops_the_cascade(category: Category) -> None:
    """The app's own, or a provider's receipt."""
    phone, number = new_id(), contact("phone")
    reach = Reach(devices=[phone], contacts=[number], confirming={phone})
    assert router().plan(notice(category, step=1, received=True), reach, NOON).verdict is Verdict.REACHED
    due = notice(category, step=2)
    reach.sent = sent(due, ("push", phone, SentState.ACCEPTED), ("zalo", number.id, SentState.DELIVERED))
    assert router().plan(due, reach, NOON).verdict is Verdict.REACHED


def test_what_failed_everywhere_goes_on() -> None:
    """The next channel is tried, whatever the category."""
    number, address = contact("phone"), contact()
    due = notice(Category.RESULT_READY, step=1)
    reach = Reach(contacts=[number, address], sent=sent(due, ("email", address.id, SentState.FAILED)))
    assert on(router().plan(due, reach, NOON), "zalo") == [number.id]


def test_a_send_under_way_is_waited_for_unless_it_is_critical() -> None:
    """A mail server that is down for an hour must not cost a text message for every change of status."""
    number, address = contact("phone"), contact()
    for category in (Category.RESULT_READY, Category.SUPPLEMENT_REQUIRED):
        due = notice(category, step=1)
        reach = Reach(contacts=[number, address], sent=sent(due, ("email", address.id, SentState.WAITING)))
        plan = router().plan(due, reach, NOON)
        if DEFAULTS.routes[category].critical:
            assert on(plan, "zalo") == [number.id]
        else:
            assert (plan.verdict, plan.step) == (Verdict.UNDER_WAY, 1)
            assert plan.plan_at is not None
            assert plan.plan_at > NOON


@given(notices, reaches)
def test_what_expired_is_planned_no_more(due: DueNotification, reach: Reach) -> None:
    """Neither now nor later."""
    late = NOON + DEFAULTS.route_of(due.category).expiry
    plan = router().plan(due, reach, late)
    assert (plan.verdict, plan.sends, plan.plan_at) == (Verdict.EXPIRED, (), None)


@pytest.mark.parametrize("category", [Category.RESULT_READY, Category.SUPPLEMENT_REQUIRED])
def test_a_failure_does_not_hurry_what_may_yet_be_confirmed(category: Category) -> None:
    """A mailbox refuses at once; the phone has its ten minutes to confirm all the same."""
    phone, address, number = new_id(), contact(), contact("phone")
    due = notice(category, step=1)
    reach = Reach(devices=[phone], confirming={phone}, contacts=[address, number])
    reach.sent = sent(
        due,
        ("push", phone, SentState.ACCEPTED),
        ("email", address.id, SentState.FAILED),
        ago=timedelta(minutes=1),
    )
    plan = router().plan(due, reach, NOON)
    assert (plan.verdict, plan.plan_at) == (Verdict.UNDER_WAY, NOON + timedelta(minutes=9))
    assert on(router().plan(due, reach, NOON + timedelta(minutes=9)), "zalo") == [number.id]


def test_a_push_to_an_app_that_is_gone_has_reached_nobody() -> None:
    """Firebase takes a few before it says so."""
    number = contact("phone")
    due = notice(Category.RESULT_READY, step=1)
    reach = Reach(devices=[], contacts=[number], sent=sent(due, ("push", new_id(), SentState.ACCEPTED)))
    assert on(router().plan(due, reach, NOON), "zalo") == [number.id]


def test_a_channel_that_is_paused_holds_nothing_up_for_long() -> None:
    """What is not critical goes on after an hour."""
    address, number = contact(), contact("phone")
    due = notice(Category.RESULT_READY, step=1)
    reach = Reach(contacts=[address, number])
    for ago, goes_on in ((timedelta(minutes=59), False), (timedelta(minutes=61), True)):
        reach.sent = sent(due, ("email", address.id, SentState.WAITING), ago=ago)
        plan = router().plan(due, reach, NOON)
        assert (on(plan, "zalo") == [number.id]) == goes_on
        assert (plan.verdict is Verdict.UNDER_WAY) != goes_on


def test_who_has_had_enough_today_finds_the_rest_in_the_app() -> None:
    """The cap counts for the first step alone, so that no cascade stops half way."""
    capped = routed(Category.STATUS_CHANGE, daily_cap=2)
    reach = Reach(devices=[new_id()], planned_today={"status_change": 2})
    assert capped.plan(notice(), reach, NOON).verdict is Verdict.CAPPED
    reach.planned_today = {"status_change": 1, "message": 9}
    assert capped.plan(notice(), reach, NOON).verdict is Verdict.SENT


@pytest.mark.parametrize("category", list(Category))
def test_at_night_only_what_can_not_wait_wakes_anybody(category: Category) -> None:
    """The rest leaves in the morning, by the party's own clock."""
    made = notice(category, created_at=MIDNIGHT)
    plan = router().plan(made, Reach(devices=[new_id()], contacts=[contact("phone")]), MIDNIGHT)
    if not DEFAULTS.routes[category].quiet:
        assert plan.verdict is Verdict.SENT
        assert ("zalo", Why.CLOSED) in plan.passed or "zalo" not in DEFAULTS.routes[category].channels
        return
    assert plan.verdict is Verdict.QUIET_HOURS
    assert plan.plan_at == datetime(2026, 9, 4, 0, tzinfo=UTC)
    abroad = Reach(devices=[new_id()], zone=ZoneInfo("America/Los_Angeles"))
    assert router().plan(made, abroad, MIDNIGHT).verdict is Verdict.SENT


def test_a_letter_wakes_nobody() -> None:
    """Who has but a mail address gets the notice at night as well."""
    address = contact()
    plan = router().plan(notice(created_at=MIDNIGHT), Reach(contacts=[address]), MIDNIGHT)
    assert on(plan, "email") == [address.id]


@given(times, st.times(), st.times(), st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin", "UTC"]))
def test_hours_end_when_they_say(now: datetime, start: time, end: time, zone_name: str) -> None:
    """The end is ahead, within a day, at that time of the clock, and outside of them."""
    zone, hours = ZoneInfo(zone_name), Hours(start=start, end=end)
    ends_at = hours.ends_at(now, zone)
    clock = now.astimezone(zone).time()
    within = start <= clock < end if start <= end else clock >= start or clock < end
    assert (ends_at is not None) == within
    if ends_at:
        assert now < ends_at <= now + timedelta(hours=25)


def test_a_category_of_a_newer_release_is_no_fault_of_ours() -> None:
    """It is told apart from errors of the program."""
    with pytest.raises(LookupError):
        router().plan(notice("rating_wanted"), Reach(), NOON)


def test_every_category_has_a_route() -> None:
    """No route may take longer than it is worth, ask consent for what is locked, or merge what is critical."""
    assert DEFAULTS.routes.keys() == set(Category)
    with pytest.raises(ValueError, match="no route for"):
        Routing(routes={})
    slow = (Step(channels=("push",)), Step(channels=("sms",), after=timedelta(days=1)))
    with pytest.raises(ValueError, match="longer"):
        Route(lane=Lane.HIGH, expiry=timedelta(days=1), steps=slow)
    with pytest.raises(ValueError, match="optional"):
        Route(lane=Lane.HIGH, expiry=timedelta(days=2), steps=slow, consent=True, optional=False)
    with pytest.raises(ValueError, match="merge"):
        Route(lane=Lane.HIGH, expiry=timedelta(days=2), steps=slow, critical=True, merge=True)
    with pytest.raises(ValueError, match="twice"):
        Step(channels=("sms", "sms"))
    with pytest.raises(ValueError, match="offset"):
        Hours(start=time(22, tzinfo=UTC), end=time(7))
    for category in (Category.SECURITY, Category.OTP, Category.SUPPLEMENT_REQUIRED):
        assert category.value not in DEFAULTS.mergeable()
