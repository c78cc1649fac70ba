"""Officers and operators: known beforehand, and let in when their identity provider vouches for them."""

import unicodedata
from uuid import UUID

from auth.identity import Vouched
from storage.officers import repository
from storage.officers.repository import Subject
from storage.unit_of_work import UnitOfWork

LONGEST_NAME = 200
LONGEST_SUBJECT = 255
"""As OpenID Connect Core 1.0 has it, section 2."""


async def admit(uow: UnitOfWork, vouched: Vouched) -> UUID | None:
    """Return the officer who signed in; None for whoever was not invited, or is shut out.

    The provider's name for the person counts. At the first sign-in of somebody who was invited by their
    address, the address does, once, if the provider says that it was verified.
    """
    if not 0 < len(vouched.subject) <= LONGEST_SUBJECT:
        return None
    claims = vouched.claims
    # The standard has a boolean there: a word in its place is no promise.
    email = claims.get("email") if claims.get("email_verified") is True else None
    return await repository.admit(
        uow,
        subject=Subject(issuer=vouched.issuer, subject=vouched.subject),
        verified_email=email if isinstance(email, str) else None,
        name=_name(claims.get("name")),
    )


def _name(given: object) -> str | None:
    """Return a name that can be shown, or none: nobody is kept out for want of one."""
    name = " ".join(unicodedata.normalize("NFC", given).split()) if isinstance(given, str) else ""
    return name if 0 < len(name) <= LONGEST_NAME and name.isprintable() else None
