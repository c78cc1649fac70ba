"""Whose turn it is: one worker at a time does a chore of a deployment.

A lease is a row, held over many short transactions and calls of the portal, and runs out by itself where its
holder died. What a holder keeps is kept in the transaction that renews the lease: two never keep the same.
"""

from datetime import timedelta
from uuid import UUID

from storage.unit_of_work import UnitOfWork

LEASE = timedelta(minutes=5)
"""Longer than a call of a portal with all its tries, and the keeping of what it brought."""

_HOLD = """
INSERT INTO portal_lease AS lease (deployment, chore, holder, until)
VALUES (%(deployment)s, %(chore)s, %(holder)s, clock_timestamp() + %(life)s)
ON CONFLICT (deployment, chore) DO UPDATE SET holder = EXCLUDED.holder, until = EXCLUDED.until
WHERE lease.holder = EXCLUDED.holder OR lease.until < clock_timestamp()
"""
_RENEW = """
UPDATE portal_lease SET until = clock_timestamp() + %(life)s
WHERE deployment = %(deployment)s AND chore = %(chore)s AND holder = %(holder)s
"""
_RELEASE = "DELETE FROM portal_lease WHERE deployment = %s AND chore = %s AND holder = %s"


async def hold(
    uow: UnitOfWork, deployment: str, chore: str, holder: UUID, *, life: timedelta = LEASE
) -> bool:
    """Take a lease that nobody holds, or whose time is over; return whether it is ours."""
    given = {"deployment": deployment, "chore": chore, "holder": holder, "life": life}
    return (await (await uow.driver()).execute(_HOLD, given)).rowcount == 1


async def renew(
    uow: UnitOfWork, deployment: str, chore: str, holder: UUID, *, life: timedelta = LEASE
) -> bool:
    """Hold on to a lease, and keep others from it until the commit; False where another took it over."""
    given = {"deployment": deployment, "chore": chore, "holder": holder, "life": life}
    return (await (await uow.driver()).execute(_RENEW, given)).rowcount == 1


async def release(uow: UnitOfWork, deployment: str, chore: str, holder: UUID) -> None:
    """Give a lease back; nothing where another took it over."""
    await (await uow.driver()).execute(_RELEASE, (deployment, chore, holder))
