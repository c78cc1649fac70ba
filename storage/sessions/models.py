"""A sign-in on its way, the session it becomes, and the tokens that renew it.

Secrets that a caller shows (state, code, refresh token) are kept as SHA-256 only: they are drawn
from 256 random bits, so a plain hash can not be reversed.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from storage.base import created, moment
from storage.ids import new_id


class SignIn(SQLModel, table=True):
    """A sign-in sent to the identity provider; taken once when it comes back."""

    __tablename__ = "sign_in"

    state_hash: bytes = Field(primary_key=True)
    nonce: str
    provider_verifier: str
    client_id: str
    redirect_uri: str
    app_state: str | None = None
    app_challenge: str
    expires_at: datetime = moment(index=True)


class AuthorizationCode(SQLModel, table=True):
    """A one-time code for the app, bound to the app's own PKCE challenge (RFC 7636)."""

    __tablename__ = "authorization_code"

    code_hash: bytes = Field(primary_key=True)
    party_id: UUID = Field(foreign_key="party.id")
    client_id: str
    redirect_uri: str
    challenge: str
    assurance: int
    signed_in_at: datetime = moment()
    expires_at: datetime = moment(index=True)


class Session(SQLModel, table=True):
    """One signed-in app of one party."""

    __tablename__ = "session"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    party_id: UUID = Field(foreign_key="party.id", index=True)
    client_id: str
    assurance: int
    signed_in_at: datetime = moment()
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
