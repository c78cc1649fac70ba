"""Phones: registered by whoever is signed in on them, retired when the provider says that they are gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from storage.cipher import PartyKey
from storage.unit_of_work import UnitOfWork

TOKEN = "device.token"  # noqa: S105 - the name of a purpose

_RELEASE = "DELETE FROM device WHERE token_index = %(token_index)s AND id <> %(id)s"
_PUT = """
INSERT INTO device (id, party_id, platform, token_index, token_sealed, confirms_receipt, app_version)
VALUES (%(id)s, %(party_id)s, %(platform)s, %(token_index)s, %(token_sealed)s, %(confirms_receipt)s,
  %(app_version)s)
ON CONFLICT (id) DO UPDATE SET party_id = EXCLUDED.party_id, platform = EXCLUDED.platform,
  token_index = EXCLUDED.token_index, token_sealed = EXCLUDED.token_sealed,
  confirms_receipt = EXCLUDED.confirms_receipt, app_version = EXCLUDED.app_version,
  last_seen_at = now(), retired_at = NULL
"""

_RETIRE = """
UPDATE device v SET retired_at = now() FROM unnest(%s::uuid[], %s::bytea[]) AS g(id, token_index)
WHERE v.id = g.id AND v.token_index = g.token_index
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One installation of the app, as it registers itself."""

    id: UUID
    platform: str
    push_token: str
    confirms_receipt: bool
    app_version: str | None


async def put(uow: UnitOfWork, owner: PartyKey, installation: Installation) -> None:
    """Register an installation to a party. A token belongs to one installation: the last that names it."""
    given = {
        "id": installation.id,
        "party_id": owner.party_id,
        "platform": installation.platform,
        "token_index": uow.cipher.blind_index(TOKEN, installation.push_token),
        "token_sealed": owner.encrypt(installation.push_token, TOKEN),
        "confirms_receipt": installation.confirms_receipt,
        "app_version": installation.app_version,
    }
    driver = await uow.driver()
    # Not one statement: a part of it that deletes may run after the part that inserts.
    await driver.execute(_RELEASE, given)
    await driver.execute(_PUT, given)


async def remove(uow: UnitOfWork, party_id: UUID, installation_id: UUID) -> bool:
    """Forget an installation of this party; say whether there was one."""
    driver = await uow.driver()
    query = "DELETE FROM device WHERE id = %s AND party_id = %s"
    return (await driver.execute(query, (installation_id, party_id))).rowcount > 0


async def retire(uow: UnitOfWork, dead: Sequence[tuple[UUID, str]]) -> None:
    """Send nothing more to these installations until they register again.

    Each is named with the token that is dead: one that has registered another since is left alone.
    """
    driver = await uow.driver()
    ids = [installation_id for installation_id, _ in dead]
    indexes = [uow.cipher.blind_index(TOKEN, token) for _, token in dead]
    await driver.execute(_RETIRE, (ids, indexes))
