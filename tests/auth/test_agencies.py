"""Clients of agencies on a real database."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from auth import agencies, opaque
from auth.errors import OAuthError
from storage.agencies import clients
from storage.agencies.models import Agency, AgencyClient
from storage.errors import NotFoundError
from storage.ids import new_id


@pytest.fixture
async def agency(unit_of_work) -> UUID:
    """An agency."""
    agency_id = new_id()
    async with unit_of_work() as uow:
        uow.session.add(Agency(id=agency_id, code="H26.18", name="Sở Tư pháp", lineage=[agency_id]))
        await uow.commit()
    return agency_id


@pytest.fixture
async def secret(agency, unit_of_work) -> str:
    """The secret of a client `portal` with two scopes."""
    async with unit_of_work() as uow:
        drawn = await agencies.create_client(
            uow, agency_code="000.00.18.H26", client_id="portal", scopes=["events", "documents"]
        )
        await uow.commit()
    return drawn


async def test_right_secret(agency, secret, reading):
    """A client with the right secret speaks for its agency, with all its scopes or those it asks for."""
    async with reading() as read:
        everything = await agencies.authenticate(read, client_id="portal", secret=secret)
        little = await agencies.authenticate(read, client_id="portal", secret=secret, scope="events")
    assert (everything.agency_id, everything.scopes) == (agency, {"events", "documents"})
    assert little.scopes == {"events"}


@pytest.mark.parametrize(("change", "good"), [("valid_from", False), ("valid_until", True)])
async def test_secret_of_tomorrow(secret, unit_of_work, change, good):
    """A secret is good from its beginning, and until its end."""
    async with unit_of_work() as uow:
        await (await uow.driver()).execute(
            f"UPDATE client_credential SET {change} = now() + interval '1 day'"
        )
        try:
            await agencies.authenticate(uow, client_id="portal", secret=secret)
        except OAuthError:
            assert not good
        else:
            assert good


@pytest.mark.parametrize("client_id", ["portal", "nobody", "", "\x00", "x" * 65])
async def test_wrong_secret(secret, reading, client_id):
    """A wrong secret and an unknown client get the same answer."""
    async with reading() as read:
        with pytest.raises(OAuthError) as caught:
            await agencies.authenticate(read, client_id=client_id, secret=f"{secret}x")
    assert (caught.value.code, caught.value.description) == (
        "invalid_client",
        "the client or its proof is not known",
    )


async def test_unknown_clients_cost_a_comparison(reading, monkeypatch):
    """An unknown client's secret is compared all the same, so that time does not tell who exists."""
    compared = []

    def matches(given: str, kept: bytes) -> bool:
        compared.append((given, len(kept)))
        return True

    monkeypatch.setattr(opaque, "matches", matches)
    async with reading() as read:
        with pytest.raises(OAuthError, match="invalid_client"):
            await agencies.authenticate(read, client_id="nobody", secret="a secret")
    assert compared == [("a secret", 32)]


async def test_disabled_client(secret, unit_of_work, reading):
    """A disabled client is refused although its secret is right."""
    async with unit_of_work() as uow:
        client = await uow.session.get_one(AgencyClient, "portal")
        client.disabled_at = datetime.now(UTC)
        await uow.commit()
    async with reading() as read:
        with pytest.raises(OAuthError, match="invalid_client"):
            await agencies.authenticate(read, client_id="portal", secret=secret)


@pytest.mark.parametrize("scope", ["everything", "events everything", " "])
async def test_scope(secret, reading, scope):
    """A client gets no scope that it does not have, and not none."""
    async with reading() as read:
        with pytest.raises(OAuthError, match="invalid_scope"):
            await agencies.authenticate(read, client_id="portal", secret=secret, scope=scope)


async def test_secret_is_not_kept(secret, reading):
    """The database holds the digest of a secret of 256 bits only."""
    async with reading() as read:
        client = await clients.find_client(read, "portal")
    assert len(secret) == 43
    assert client.secrets == (opaque.digest(secret),)


async def test_taken_id(secret, unit_of_work):
    """The id of a client is given out once."""
    async with unit_of_work() as uow:
        with pytest.raises(IntegrityError):
            await agencies.create_client(uow, agency_code="H26.18", client_id="portal", scopes=["events"])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"agency_code": "H99"}, NotFoundError),
        ({"agency_code": "?"}, ValueError),
        ({"client_id": "a b"}, ValueError),
        ({"client_id": "ab"}, ValueError),
        ({"scopes": []}, ValueError),
        ({"scopes": ["a b"]}, ValueError),
        ({"scopes": ['a"b']}, ValueError),
    ],
)
async def test_bad_clients(agency, unit_of_work, changes, error):
    """A client needs an agency that exists, and a name and scopes that can be sent."""
    given = {"agency_code": "H26.18", "client_id": "portal", "scopes": ["events"]} | changes
    async with unit_of_work() as uow:
        with pytest.raises(error):
            await agencies.create_client(uow, **given)
