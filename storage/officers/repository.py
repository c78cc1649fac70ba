"""Officers as they are invited, admitted and shut out, and the roles that they are given."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.cipher import Cipher
from storage.contacts.addresses import normalise_email
from storage.ids import new_id
from storage.officers.authority import live
from storage.officers.models import Officer
from storage.officers.roles import Role
from storage.unit_of_work import UnitOfWork

SUBJECT = "officer.subject"
EMAIL = "officer.email"
NAME = "officer.name"

# Who is known by the provider's name is never somebody else by an address, not even when shut out.
_ADMIT = """
UPDATE officer o SET subject_index = %(subject)s, admitted_at = coalesce(admitted_at, now()),
  name_sealed = coalesce(name_sealed, %(name)s)
WHERE disabled_at IS NULL AND (subject_index = %(subject)s OR (
  subject_index IS NULL AND email_index = %(email)s
  AND NOT EXISTS (SELECT FROM officer known WHERE known.subject_index = %(subject)s)))
RETURNING id
"""
_GRANT = f"""
INSERT INTO officer_role (id, officer_id, role, agency_id, valid_until, granted_by)
SELECT %(id)s, %(officer)s, %(role)s::text, %(agency)s::uuid, %(until)s::timestamptz, %(by)s
WHERE NOT EXISTS (
  SELECT FROM officer_role r
  WHERE r.officer_id = %(officer)s AND r.role = %(role)s::text
    AND r.agency_id IS NOT DISTINCT FROM %(agency)s::uuid AND {live("r")}
    AND r.valid_until IS NOT DISTINCT FROM %(until)s::timestamptz)
"""
_LOCK = "SELECT FROM officer WHERE id = %s FOR UPDATE"
_REVOKE = """
UPDATE officer_role SET valid_until = now()
WHERE officer_id = %(officer)s AND role = %(role)s AND agency_id IS NOT DISTINCT FROM %(agency)s::uuid
  AND coalesce(valid_until > now(), true)
"""
_DISABLE = "UPDATE officer SET disabled_at = coalesce(disabled_at, now()) WHERE id = %s"
_ENABLE = "UPDATE officer SET disabled_at = NULL WHERE id = %s"
# First the codes: who brings one at this moment is waited for, and the session is then there to be ended.
_FORGET_CODES = "DELETE FROM authorization_code WHERE officer_id = %s"
_END_SESSIONS = "UPDATE session SET revoked_at = now() WHERE officer_id = %s AND revoked_at IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """How an identity provider names somebody: unique for its issuer alone."""

    issuer: str
    subject: str

    def index(self, cipher: Cipher) -> bytes:
        """Return the blind index under which the name is kept."""
        return cipher.blind_index(SUBJECT, f"{self.issuer}\x00{self.subject}")


def email_index(cipher: Cipher, email: str) -> bytes:
    """Return the blind index of an address. Raises ValueError where it is none."""
    return cipher.blind_index(EMAIL, normalise_email(email))


async def invite(
    uow: UnitOfWork,
    *,
    invited_by: str,
    email: str | None = None,
    subject: Subject | None = None,
    name: str | None = None,
) -> UUID:
    """Make an officer known beforehand by an address, the provider's name, or both; return the id.

    Raises:
        ValueError: neither is given, or the address is none.
        sqlalchemy.exc.IntegrityError: one of them is known already.
    """
    if not email and not subject:
        raise ValueError("an officer needs an address or the provider's name")
    cipher = uow.cipher
    officer = Officer(
        id=new_id(),
        subject_index=subject.index(cipher) if subject else None,
        email_index=email_index(cipher, email) if email else None,
        email_sealed=cipher.seal(normalise_email(email), EMAIL) if email else None,
        name_sealed=cipher.seal(name, NAME) if name else None,
        invited_by=invited_by,
    )
    uow.session.add(officer)
    await uow.session.flush()
    return officer.id


async def admit(
    uow: UnitOfWork, *, subject: Subject, verified_email: str | None, name: str | None
) -> UUID | None:
    """Return the officer who signed in, or None for whoever was not invited or is shut out.

    The first sign-in with the address of an invitation takes the invitation, once: from then on the
    provider's name alone counts, so that an address that is given to somebody else opens nothing.
    """
    cipher = uow.cipher
    given = {
        "subject": subject.index(cipher),
        "email": _index_or_none(cipher, verified_email),
        "name": cipher.seal(name, NAME) if name else None,
    }
    row: Any = await (await (await uow.driver()).execute(_ADMIT, given)).fetchone()
    officer_id: UUID | None = row and row[0]
    return officer_id


def _index_or_none(cipher: Cipher, email: str | None) -> bytes | None:
    try:
        return email_index(cipher, email) if email else None
    except ValueError:
        return None


async def grant(
    uow: UnitOfWork,
    officer_id: UUID,
    role: Role,
    *,
    agency_id: UUID | None,
    granted_by: str,
    valid_until: datetime | None = None,
) -> bool:
    """Give a role, from now on; say whether that changed anything: what is held is not given twice.

    Raises ValueError where an agency's role has no agency, or an operator's has one.
    """
    if role.of_an_agency == (agency_id is None):
        raise ValueError("an operator has no agency, and every other role has one")
    given = {
        "id": new_id(),
        "officer": officer_id,
        "role": role.value,
        "agency": agency_id,
        "until": valid_until,
        "by": granted_by,
    }
    driver = await uow.driver()
    await driver.execute(_LOCK, (officer_id,))
    return (await driver.execute(_GRANT, given)).rowcount > 0


async def revoke(uow: UnitOfWork, officer_id: UUID, role: Role, *, agency_id: UUID | None) -> bool:
    """Take a role of exactly this agency away, at once; say whether the officer had it."""
    given = {"officer": officer_id, "role": role.value, "agency": agency_id}
    return (await (await uow.driver()).execute(_REVOKE, given)).rowcount > 0


async def set_enabled(uow: UnitOfWork, officer_id: UUID, *, enabled: bool) -> bool:
    """Shut an officer out, whose sessions end at once, or let them in again; say whether there is one.

    Roles stay as they are, and count for nothing while the officer is shut out.
    """
    driver = await uow.driver()
    known = (await driver.execute(_ENABLE if enabled else _DISABLE, (officer_id,))).rowcount > 0
    if not enabled:
        await driver.execute(_FORGET_CODES, (officer_id,))
        await driver.execute(_END_SESSIONS, (officer_id,))
    return known
