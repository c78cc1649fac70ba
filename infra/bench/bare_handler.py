"""The limit of a single push: FastAPI, our token check, our validation, our encryption, one INSERT.

A process of its own, `python -m infra.bench.bare_handler`, served as our API is. It keeps an event and what
came with it in one row of one table, and so does without all that makes it of use: nothing is unique, nobody
is told, no dossier has a state, and who may speak for whom is not asked.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from api.parent import follow_parent
from api.recording.judging import identity_of
from api.recording.schemas import DossierEvent, EventAnswer, EventOutcome
from api.services import make_cipher
from api.settings import Settings
from auth.errors import InvalidToken
from auth.principals import AgencyCaller
from auth.tokens import Tokens
from infra.bench.events import PATH
from storage.cipher import Cipher
from storage.contacts.addresses import ContactKind
from storage.contacts.repository import VALUE
from storage.dossiers.repository import NOTE, SUMMARY
from storage.engine import libpq_url
from storage.ids import new_id
from storage.parties.repository import NAME, NUMBER, number_index
from storage.settling import settle

TABLE = """
CREATE TABLE bare_event (
  id uuid PRIMARY KEY, client_id text, event_id text, content_hash bytea, dossier_code text, status int2,
  occurred_at timestamptz, due_at timestamptz, procedure_code text, channel int2, number_index bytea,
  number_sealed bytea, name_sealed bytea, wrapped bytea, summary_sealed bytea, note_sealed bytea,
  email_index bytea, email_sealed bytea, phone_index bytea, phone_sealed bytea, answer text
)
"""
INSERT = f"INSERT INTO bare_event VALUES ({', '.join(['%s'] * 21)})"


def sealed(cipher: Cipher, event: DossierEvent) -> tuple[object, ...]:
    """Encrypt what ours encrypts for the first event of a new dossier, under a new key."""
    if event.applicant is None:
        raise ValueError("the bare handler keeps first events only")
    applicant = event.applicant
    key, wrapped = cipher.new_party_key(new_id())
    contacts = [
        part
        for kind, value in ((ContactKind.EMAIL, applicant.email), (ContactKind.PHONE, applicant.phone))
        for part in (cipher.blind_index(f"contact.{kind}", value or ""), key.encrypt_optional(value, VALUE))
    ]
    return (
        number_index(cipher, identity_of(applicant)),
        key.encrypt(applicant.number, NUMBER),
        key.encrypt_optional(applicant.name, NAME),
        wrapped,
        key.encrypt_optional(event.summary, SUMMARY),
        key.encrypt_optional(event.note, NOTE),
        *contacts,
    )


def create_app(settings: Settings) -> FastAPI:
    """Make the application."""
    tokens, cipher = Tokens(settings.auth), make_cipher(settings.storage)
    pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
        libpq_url(settings.storage.require_database_url()),
        min_size=settings.storage.database_pool_size,
        max_size=settings.storage.database_pool_size,
        kwargs={"prepare_threshold": 2},
        open=False,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with pool:
            settle()
            yield

    async def caller(request: Request) -> AgencyCaller:
        try:
            return tokens.verify_agency(request.headers["authorization"].removeprefix("Bearer "))
        except (KeyError, InvalidToken) as error:
            raise HTTPException(401) from error

    app = FastAPI(lifespan=lifespan)

    @app.get("/health/ready")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    @app.post(PATH, status_code=201)
    async def push(event: DossierEvent, client: Annotated[AgencyCaller, Depends(caller)]) -> EventAnswer:
        answer = EventAnswer(
            event_id=event.event_id, outcome=EventOutcome.ACCEPTED, dossier_code=event.dossier_code
        )
        row = (
            new_id(),
            client.client_id,
            event.event_id,
            cipher.blind_index("event_receipt", event.content()),
            event.dossier_code,
            int(event.status),
            event.occurred_at,
            event.due_at,
            event.procedure_code,
            event.channel,
            *sealed(cipher, event),
            answer.model_dump_json(exclude_none=True),
        )
        async with pool.connection() as connection:
            await connection.execute(INSERT, row)
        return answer

    return app


def main() -> None:
    """Serve, as `tindan serve` does."""
    follow_parent()
    settings = Settings()
    uvicorn.run(
        create_app(settings), port=settings.port, access_log=False, log_config=None, server_header=False
    )


if __name__ == "__main__":
    main()
