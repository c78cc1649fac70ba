"""A party's own data."""

from collections.abc import Mapping, Sequence

from api.me.schemas import ContactItem, Contacts, Me, MeChange, PreferenceChange, PreferenceItem, Preferences
from api.problems import FieldError, Problem
from auth.principals import Citizen
from notify.routes import Routing
from storage.contacts import repository as contacts
from storage.contacts.addresses import ContactKind, mask_email, mask_phone
from storage.contacts.models import ContactSource
from storage.contacts.repository import OwnContact
from storage.parties import repository as parties
from storage.parties.numbers import mask
from storage.preferences import repository as preferences
from storage.preferences.repository import Choice
from storage.unit_of_work import Reading, UnitOfWork

MASKS = {ContactKind.EMAIL: mask_email, ContactKind.PHONE: mask_phone}


async def me(reading: Reading, citizen: Citizen) -> Me:
    """Return who is signed in."""
    profile = await parties.profile(reading, citizen.party_id)
    return Me(
        kind=profile.kind,
        number=mask(profile.number),
        name=profile.name,
        locale=profile.locale,
        time_zone=profile.time_zone,
        assurance=citizen.assurance,
    )


async def change_me(uow: UnitOfWork, citizen: Citizen, change: MeChange) -> Me:
    """Change what is given; return who is signed in."""
    if change.locale:
        await parties.set_locale(uow, citizen.party_id, change.locale)
    if change.time_zone:
        await parties.set_time_zone(uow, citizen.party_id, change.time_zone)
    return await me(uow, citizen)


async def list_contacts(reading: Reading, citizen: Citizen) -> Contacts:
    """Return the addresses in use."""
    found = await contacts.of_party(reading, citizen.party_id)
    return Contacts(items=[contact_item(contact) for contact in found])


def contact_item(contact: OwnContact) -> ContactItem:
    """Show an address to its owner, masked."""
    return ContactItem(
        id=contact.id,
        kind=contact.kind,
        value=MASKS[contact.kind](contact.value),
        source=contact.source,
        verified=contact.source is ContactSource.VERIFIED,
        dossier_code=contact.dossier_code,
        created_at=contact.created_at,
    )


async def list_preferences(reading: Reading, citizen: Citizen, routing: Routing) -> Preferences:
    """Return every category on every channel."""
    return _all(await preferences.of_party(reading, citizen.party_id), routing)


async def change_preferences(
    uow: UnitOfWork, citizen: Citizen, routing: Routing, changes: Sequence[PreferenceChange]
) -> Preferences:
    """Turn categories on or off; return how everything stands then.

    Raises:
        Problem: a channel is not one of the category, can not be turned off, or is named twice.
    """
    errors = [error for index, change in enumerate(changes) for error in _objections(index, change, routing)]
    errors += _repeats(changes)
    if errors:
        raise Problem("validation", 422, errors=errors)
    chosen = {
        (change.category.value, change.channel): change.enabled
        for change in changes
        if routing.routes[change.category].optional
    }
    await preferences.put(uow, citizen.party_id, chosen)
    return await list_preferences(uow, citizen, routing)


def _objections(index: int, change: PreferenceChange, routing: Routing) -> list[FieldError]:
    route = routing.routes[change.category]
    if change.channel not in route.channels:
        expected = {"expected": ", ".join(route.channels)}
        return [FieldError(pointer=f"/items/{index}/channel", code="enum", params=expected)]
    if not change.enabled and not route.optional:
        return [FieldError(pointer=f"/items/{index}/enabled", code="locked")]
    return []


def _repeats(changes: Sequence[PreferenceChange]) -> list[FieldError]:
    named = [(change.category, change.channel) for change in changes]
    return [
        FieldError(pointer=f"/items/{index}", code="repeated")
        for index, choice in enumerate(named)
        if named.index(choice) < index
    ]


def _all(said: Mapping[Choice, bool], routing: Routing) -> Preferences:
    return Preferences(
        items=[
            PreferenceItem(
                category=category,
                channel=channel,
                enabled=not route.optional or said.get((category.value, channel), not route.consent),
                locked=not route.optional,
            )
            for category, route in routing.routes.items()
            for channel in route.channels
        ]
    )
