"""A sign-in on its way, the session it becomes, the tokens that renew it, and the proofs that go with them.

Secrets that a caller shows (state, code, refresh token) are kept as SHA-256 only: they hold 256 bits that
nobody can guess, so a plain hash can not be reversed.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from storage.base import created, moment, sealed
from storage.ids import new_id


class SignIn(SQLModel, table=True):
    """A sign-in sent to the identity provider; taken once when it comes back.

    Attributes:
        browser_hash: of the cookie of the browser that was sent, which alone may bring it back.
        least_assurance: the level that the app asks for, if it does.
        seen_after: since when the provider must have seen the person, if the app cares.
    """

    __tablename__ = "sign_in"

    state_hash: bytes = Field(primary_key=True)
    nonce: str
    provider_verifier: str
    client_id: str
    redirect_uri: str
    app_state: str | None = None
    app_challenge: str
    key_thumbprint: str | None = None
    browser_hash: bytes | None = None
    least_assurance: int | None = None
    seen_after: datetime | None = moment(nullable=True)
    expires_at: datetime = moment(index=True)


class Holder(SQLModel):
    """Who signed in, a party or an officer, and what ties them to the provider that vouched for them.

    `provider_token_sealed` is the provider's own refresh token, by which is asked whether the account is
    still good; subject and session are the provider's names, by which it tells that somebody signed out.
    `key_thumbprint` names the key of the device without which no token is good (RFC 9449), where one has it.
    """

    party_id: UUID | None = Field(default=None, foreign_key="party.id")
    officer_id: UUID | None = None
    client_id: str
    assurance: int
    signed_in_at: datetime = moment()
    provider: str | None = None
    provider_subject_index: bytes | None = None
    provider_session_index: bytes | None = None
    provider_token_sealed: bytes | None = None
    key_thumbprint: str | None = None


class AuthorizationCode(Holder, table=True):
    """A one-time code for the app, bound to the app's own PKCE challenge (RFC 7636)."""

    __tablename__ = "authorization_code"
    __table_args__ = (CheckConstraint("num_nonnulls(party_id, officer_id) = 1", name="one_holder"),)

    code_hash: bytes = Field(primary_key=True)
    redirect_uri: str
    challenge: str
    expires_at: datetime = moment(index=True)


class Session(Holder, table=True):
    """One signed-in app of one party or officer.

    Attributes:
        code_digest: of the code that it began with and of that code's challenge, so that both together,
            brought a second time, are known to be.
        device_name_sealed: what its holder calls the device.
        checked_at: when the provider last vouched for it.
        checking_until: until when somebody is asking the provider, or nobody need ask again.
    """

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("num_nonnulls(party_id, officer_id) = 1", name="one_holder"),
        Index("ix_session_party_id", "party_id"),
        Index("ix_session_officer", "officer_id", postgresql_where=text("officer_id IS NOT NULL")),
        Index("ix_session_subject", "provider_subject_index", postgresql_where=text("revoked_at IS NULL")),
        Index("ix_session_provider", "provider_session_index", postgresql_where=text("revoked_at IS NULL")),
        Index("ix_session_code", "code_digest", postgresql_where=text("code_digest IS NOT NULL")),
        Index("ix_session_revoked", "revoked_at", postgresql_where=text("revoked_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    code_digest: bytes | None = None
    device_name_sealed: bytes | None = sealed(nullable=True)
    checked_at: datetime | None = moment(nullable=True)
    checking_until: datetime | None = moment(nullable=True)
    last_used_at: datetime = created()
    expires_at: datetime = moment(index=True)
    revoked_at: datetime | None = moment(nullable=True)


class RefreshToken(SQLModel, table=True):
    """One refresh token of a session's family; used once, then its successor counts."""

    __tablename__ = "refresh_token"

    token_hash: bytes = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="session.id", index=True)
    created_at: datetime = created()
    used_at: datetime | None = moment(nullable=True, index=True)


class KeyProof(SQLModel, table=True):
    """A proof of a key (RFC 9449) that was used, until it would be too old to be used again.

    Lost in a crash of the server, which leaves who copied one minutes ago minutes to use it.
    """

    __tablename__ = "key_proof"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    digest: bytes = Field(primary_key=True)
    expires_at: datetime = moment(index=True)
