"""Sessions that end because somebody signed out at the identity provider."""

from datetime import datetime
from typing import Any
from uuid import UUID

from storage.unit_of_work import UnitOfWork

# A session of which the provider told no sid is meant by its account alone. One that began later than the
# provider told can not be meant by that.
_MEANT = """
(%(session)s::bytea IS NOT NULL AND provider_session_index = %(session)s
  AND coalesce(provider_subject_index = %(subject)s::bytea, true)
OR provider_subject_index = %(subject)s
  AND (%(session)s::bytea IS NULL OR provider_session_index IS NULL) AND signed_in_at <= %(until)s)
"""
_END = f"UPDATE session SET revoked_at = %(now)s WHERE revoked_at IS NULL AND {_MEANT} RETURNING id"
_FORGET = f"DELETE FROM authorization_code WHERE {_MEANT}"


async def end(
    uow: UnitOfWork,
    *,
    subject_index: bytes | None,
    session_index: bytes | None,
    until: datetime,
    now: datetime,
) -> list[UUID]:
    """End the sessions of an account at a provider, or those that go back to one session there.

    Args:
        uow: where.
        subject_index: of the account.
        session_index: of the session there, which then alone is meant.
        until: sessions of the account end if the provider saw the person no later.
        now: the time.

    Returns:
        The ids of those that ended. Codes that would have become such sessions are gone as well.
    """
    given = {"subject": subject_index, "session": session_index, "until": until, "now": now}
    driver = await uow.driver()
    await driver.execute(_FORGET, given)
    rows: list[Any] = await (await driver.execute(_END, given)).fetchall()
    return [session_id for (session_id,) in rows]
