"""What an installation kept and what its providers got, to be held against what was told."""

import contextlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import httpx
import psycopg

PAGE = 500

_EVENTS = """
SELECT d.code, e.status, e.occurred_at FROM dossier_event e JOIN dossier d ON d.id = e.dossier_id
"""
_NOTICES = """
SELECT n.id, d.code, e.status, e.occurred_at
FROM notification n LEFT JOIN dossier_event e ON e.id = n.event_id LEFT JOIN dossier d ON d.id = e.dossier_id
"""
_FINISHED = """
SELECT f.id, f.channel, f.notification_ids, f.outcome, f.possible_duplicate FROM finished_delivery f
"""
# What comes of a first step is waited for; a later one may be many minutes off.
_UNDONE = """
SELECT (SELECT count(*) FROM notification WHERE plan_at <= now() OR (plan_at > now() AND planned_at IS NULL))
  + (SELECT count(*) FROM delivery)
"""

Told = tuple[str, int, datetime]
"""An event as the agency knows it: code of the dossier, status, time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A send that came to its end."""

    id: UUID
    channel: str
    notice: UUID
    outcome: str
    possible_duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The rows.

    Attributes:
        notices: the event that each notice tells, by the notice's id; none where there is no such event.
    """

    events: Counter[Told]
    notices: dict[UUID, Told | None]
    finished: list[Finished]


def read_kept(database_url: str) -> Kept:
    """Read the rows."""
    with psycopg.connect(database_url) as connection:
        return Kept(
            events=Counter(connection.execute(_EVENTS).fetchall()),
            notices={
                notice: told if told[0] else None
                for notice, *rest in connection.execute(_NOTICES)
                for told in [tuple(rest)]
            },
            finished=[
                Finished(id=id_, channel=channel, notice=notice, outcome=outcome, possible_duplicate=marked)
                for id_, channel, (notice,), outcome, marked in connection.execute(_FINISHED)
            ],
        )


def is_all_done(database_url: str) -> bool:
    """Say whether all notices that are due are planned and all sends made; of a database that was just killed, nobody can."""
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(database_url) as connection:
        return connection.execute(_UNDONE).fetchone() == (0,)
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What the providers got, repeats counted: mails by (address, delivery), pushes by (token, notice)."""

    mails: Counter[tuple[str, UUID]]
    pushes: Counter[tuple[str, UUID]]


async def read_received(sandbox_url: str) -> Received:
    """Read the outbox of the stand-in."""
    received = Received(mails=Counter(), pushes=Counter())
    async with httpx.AsyncClient(base_url=sandbox_url, timeout=60) as http:
        after = 0
        while True:
            page = (await http.get("/sandbox/outbox", params={"after": after, "limit": PAGE})).json()
            for item in page["items"]:
                if item["channel"] == "email":
                    delivery = item["headers"]["Message-ID"].strip("<>").partition("@")[0]
                    received.mails[item["to"], UUID(delivery)] += 1
                else:
                    received.pushes[item["to"], UUID(item["data"]["notification_id"])] += 1
            if not page["items"]:
                return received
            after = page["last"]
