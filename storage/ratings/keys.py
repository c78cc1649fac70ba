"""One key for each agency and month: what it signs proves a dossier of that agency, closed in that month.

One key for all who rate the same is what their anonymity rests on: were there two, each would name its own
few. The name of a key follows from agency and month, and is public, so that apps can compare.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)
from joserfc.jwk import RSAKey

from storage.cipher import Cipher
from storage.unit_of_work import Reading, UnitOfWork

BITS = 2048
EXPONENT = 65537

# In one order, so that two processes that keep some of the same wait for each other, and never both.
_MISSING = """
SELECT DISTINCT g.agency_id, g.month FROM unnest(%s::uuid[], %s::date[]) AS g(agency_id, month)
WHERE NOT EXISTS (SELECT FROM rating_key k WHERE k.agency_id = g.agency_id AND k.month = g.month)
ORDER BY g.agency_id, g.month
"""
# Of two processes that make one at once, the second leaves the first one's.
_KEEP = """
INSERT INTO rating_key (agency_id, month, kid, public, private_sealed) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_OF_GROUP = "SELECT agency_id, month, kid, public FROM rating_key WHERE agency_id = %s AND month = %s"
_BY_NAME = "SELECT agency_id, month, kid, public FROM rating_key WHERE kid = %s"
_PRIVATE = "SELECT private_sealed FROM rating_key WHERE kid = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Dossiers among which nobody can tell who rated: those of an agency, closed in a month.

    Attributes:
        month: its first day, in Vietnam.
    """

    agency_id: UUID
    month: date

    def __post_init__(self) -> None:
        if self.month.day != 1:
            raise ValueError("a month is named by its first day")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """What verifies the ratings of a group, by the name that its thumbprint is (RFC 7638)."""

    group: Group
    kid: str
    key: RSAPublicKey

    def as_jwk(self) -> dict[str, str]:
        """Return it as a JSON Web Key (RFC 7517): `kty`, `n`, `e` and `kid`."""
        found = RSAKey.import_key(self.key).as_dict(private=False)
        return {name: str(found[name]) for name in ("kty", "n", "e")} | {"kid": self.kid}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was drawn for a group, and is kept nowhere yet."""

    group: Group
    private: RSAPrivateKey = field(repr=False)


def draw(group: Group) -> NewKey:
    """Draw a key: that takes some tenths of a second, and is no work for the event loop's thread."""
    return NewKey(group=group, private=rsa.generate_private_key(EXPONENT, BITS))


async def missing(reading: Reading, groups: Collection[Group]) -> list[Group]:
    """Return those groups that have no key yet."""
    given = [one.agency_id for one in groups], [one.month for one in groups]
    rows: list[Any] = await (await (await reading.driver()).execute(_MISSING, given)).fetchall()
    return [Group(agency_id=agency_id, month=month) for agency_id, month in rows]


async def keep(uow: UnitOfWork, drawn: Sequence[NewKey]) -> None:
    """Keep keys, unless others were first with theirs: then those stay."""
    driver = await uow.driver()
    for new in drawn:
        public = new.private.public_key()
        kid = name_of(public)
        text = new.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        sealed = uow.cipher.seal(text, _purpose(kid))
        await driver.execute(_KEEP, (new.group.agency_id, new.group.month, kid, der, sealed))


async def of_group(reading: Reading, group: Group) -> PublicKey | None:
    """Return the public key of a group; none where nobody was asked yet."""
    return await _found(reading, _OF_GROUP, (group.agency_id, group.month))


async def by_name(reading: Reading, kid: str) -> PublicKey | None:
    """Return the public key of a name."""
    return await _found(reading, _BY_NAME, (kid,))


async def private(reading: Reading, kid: str) -> RSAPrivateKey:
    """Return the private half of a key that is kept. Raises UndecipherableError where it was changed."""
    row: Any = await (await (await reading.driver()).execute(_PRIVATE, (kid,))).fetchone()
    return _opened(reading.cipher, kid, row[0])


def name_of(key: RSAPublicKey) -> str:
    """Return the JWK thumbprint (RFC 7638) of a key, in base64url."""
    return RSAKey.import_key(key).thumbprint()


def _opened(cipher: Cipher, kid: str, sealed: bytes) -> RSAPrivateKey:
    key = load_pem_private_key(cipher.unseal(sealed, _purpose(kid)).encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key


def _purpose(kid: str) -> str:
    return f"rating_key.private.{kid}"


async def _found(reading: Reading, query: str, given: tuple[object, ...]) -> PublicKey | None:
    row: Any = await (await (await reading.driver()).execute(query.encode(), given)).fetchone()
    if row is None:
        return None
    agency_id, month, kid, der = row
    key = load_der_public_key(der)
    if not isinstance(key, RSAPublicKey):
        raise TypeError("not an RSA key")
    return PublicKey(group=Group(agency_id=agency_id, month=month), kid=kid, key=key)
