"""Who is let in as an officer, on a real database."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from auth.identity import Vouched
from auth.officers import admit
from storage.officers import reading, repository
from storage.officers.repository import Subject
from storage.sessions import repository as sessions
from storage.sessions.models import AuthorizationCode, Session
from storage.sessions.repository import Admission

ISSUER = "https://staff.example.vn"
EMAIL = "an.nguyen@example.vn"


def vouched(subject: str = "an", *, issuer: str = ISSUER, **claims: object) -> Vouched:
    return Vouched(issuer=issuer, subject=subject, claims=claims, signed_in_at=datetime.now(UTC))


@pytest.fixture
async def an(unit_of_work):
    """An officer who was invited by her address."""
    async with unit_of_work() as uow:
        officer_id = await repository.invite(uow, email="An.Nguyen@example.vn", invited_by="test")
        await uow.commit()
    return officer_id


async def test_the_first_sign_in_takes_the_invitation(an, unit_of_work):
    """A verified address opens once; after it the provider's name for the account does, whatever it sends."""
    async with unit_of_work() as uow:
        assert await admit(uow, vouched(email=EMAIL, email_verified=True, name="Nguyễn  Thị An")) == an
        assert await admit(uow, vouched()) == an
        found = await reading.enabled_officer(uow, an)
        assert (found.name, found.email, found.admitted_at is not None) == ("Nguyễn Thị An", EMAIL, True)
        assert await admit(uow, vouched("another", email=EMAIL, email_verified=True)) is None


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": EMAIL},
        {"email": EMAIL, "email_verified": False},
        {"email": EMAIL, "email_verified": "true"},
        {"email": EMAIL, "email_verified": 1},
        {"email": "another@example.vn", "email_verified": True},
        {"email": "no address", "email_verified": True},
        {"email": [EMAIL], "email_verified": True},
    ],
)
async def test_who_was_not_invited(an, unit_of_work, claims):
    """Without a verified address of an invitation nobody comes in, and nothing is taken."""
    async with unit_of_work() as uow:
        assert await admit(uow, vouched(**claims)) is None
        assert (await reading.officer(uow, an)).admitted_at is None


async def test_subjects_are_their_providers(unit_of_work):
    """An invitation by the provider's name for an account counts with that provider alone."""
    async with unit_of_work() as uow:
        invited = await repository.invite(
            uow, subject=Subject(issuer=ISSUER, subject="binh"), invited_by="test"
        )
        assert await admit(uow, vouched("binh", issuer="https://other.example.vn")) is None
        assert await admit(uow, vouched("")) is None
        assert await admit(uow, vouched("b" * 256)) is None
        assert await admit(uow, vouched("binh", name="\x00")) == invited
        assert (await reading.officer(uow, invited)).name is None


async def test_who_is_known_is_nobody_else(an, unit_of_work):
    """Somebody who was shut out does not come in by another's invitation, nor does one who is known."""
    async with unit_of_work() as uow:
        binh = await repository.invite(uow, subject=Subject(issuer=ISSUER, subject="binh"), invited_by="test")
        claims = {"email": EMAIL, "email_verified": True}
        assert await admit(uow, vouched("binh", **claims)) == binh
        await repository.set_enabled(uow, binh, enabled=False)
        assert await admit(uow, vouched("binh", **claims)) is None
        assert (await reading.officer(uow, an)).admitted_at is None


async def test_shutting_out_ends_sessions(an, unit_of_work):
    """Whoever is shut out has no session any more, nor a code for one, and comes in again only once let in."""
    async with unit_of_work() as uow:
        await admit(uow, vouched(email=EMAIL, email_verified=True))
        now = datetime.now(UTC)
        session = Session(officer_id=an, client_id="console", assurance=2, signed_in_at=now, expires_at=now)
        uow.session.add(session)
        await sessions.keep_code(
            uow,
            b"code",
            Admission(client_id="console", officer_id=an, assurance=0, signed_in_at=now),
            redirect_uri="https://console.example.vn/back",
            challenge="c",
            expires_at=now,
        )
        assert await repository.set_enabled(uow, an, enabled=False)
        await uow.session.refresh(session)
        assert session.revoked_at is not None
        assert (await uow.session.exec(select(AuthorizationCode))).first() is None
        assert await admit(uow, vouched()) is None
        await repository.set_enabled(uow, an, enabled=True)
        assert await admit(uow, vouched()) == an
