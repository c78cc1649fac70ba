"""What the claims of a provider say: who signed in, and when it saw them."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from auth.errors import SignInRefused
from auth.identity import Identity
from auth.providers import ClaimMap
from storage.parties.kinds import PartyKind
from storage.parties.numbers import InvalidNumber, parse_number

LONGEST_NAME = 500
LEEWAY_SECONDS = 60


def identity_of(claims: Mapping[str, Any], names: ClaimMap) -> Identity:
    """Return who the claims of a verified ID token speak of.

    Raises:
        SignInRefused: with what is missing or malformed: `account_kind`, `number`, `name` or `level`.
    """
    kind = names.kinds.get(str(claims.get(names.account_kind)))
    if kind is None:
        raise SignInRefused("account_kind")
    person = kind is PartyKind.PERSON
    return Identity(
        kind=kind,
        number=_number(kind, claims.get(names.number if person else names.organisation_number)),
        name=_name(claims.get(names.name if person else names.organisation_name)),
        assurance=_level(kind, claims.get(names.level)),
    )


def signed_in_at(claims: Mapping[str, Any], *, answered_at: float) -> datetime:
    """Return when the provider saw the person: `auth_time`, or when it answered where it does not say.

    Args:
        claims: what it says.
        answered_at: seconds since 1970.

    Raises:
        SignInRefused: `auth_time` is no time, or none that can have been.
    """
    seen_at = claims.get("auth_time", answered_at)
    if (
        isinstance(seen_at, bool)
        or not isinstance(seen_at, int | float)
        or not 0 < seen_at <= answered_at + LEEWAY_SECONDS
    ):
        raise SignInRefused("auth_time")
    return datetime.fromtimestamp(seen_at, UTC)


def _number(kind: PartyKind, given: object) -> str:
    # A number that came as a JSON number may have lost its leading zero.
    if not isinstance(given, str):
        raise SignInRefused("number")
    try:
        return parse_number(kind, given)
    except InvalidNumber as error:
        raise SignInRefused("number") from error


def _name(given: object) -> str:
    name = " ".join(unicodedata.normalize("NFC", given).split()) if isinstance(given, str) else ""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise SignInRefused("name")
    return name


def _level(kind: PartyKind, given: object) -> int:
    # Accounts of organisations have no level and may use every feature (Decree 69/2024/ND-CP); a person
    # of whom no level is told has at least the basic one.
    if given is None:
        return 2 if kind is PartyKind.ORGANISATION else 1
    if str(given) not in {"1", "2"}:
        raise SignInRefused("level")
    return int(str(given))
